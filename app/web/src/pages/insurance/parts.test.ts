import { expect, it } from 'vitest';

import { partOf } from './parts';

it('a part of shares leaves nothing behind where all are meant', () => {
  expect([partOf('18446744073709551615', 100), partOf('3', 50), partOf('1000', 25), partOf('0', 100)]).toEqual([
    '18446744073709551615',
    '1',
    '250',
    '0',
  ]);
});
