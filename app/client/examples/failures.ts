/** Says in one line why a transaction did not go through, whoever refused it. */
import { failureOf, failureText } from '@breakwater-labs/client';

export const attempt = async (send: () => Promise<unknown>): Promise<string> => {
  try {
    await send();
    return 'done';
  } catch (error) {
    return failureText(failureOf(error));
  }
};
