// Before each file: everything is as at first, whatever a file before has left.
import { beforeAll } from 'vitest';
import { control } from './control.ts';

beforeAll(async () => {
  await control.fault({});
  await control.keeper(false);
  await control.pausePrices(false);
  await control.scenario('recover', 0);
});
