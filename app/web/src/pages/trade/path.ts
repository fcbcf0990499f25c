/** Where an account is shown. */
export const pathOf = (address: string): string => `/trade/${address}`;
