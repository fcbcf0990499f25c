import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

// What moves prices far comes last: feeds remember for an hour how much they have moved, and forbid loans by it.
const FIRST = ['page', 'connection', 'trade', 'trouble', 'speed'];

class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = FIRST.indexOf(basename(moduleId, '.test.ts'));
      return at < 0 ? FIRST.length : at;
    };
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

// One stack for all files, so one file after the other: prices are common to all of them.
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'src/stack.ts',
    setupFiles: 'src/calm.ts',
    fileParallelism: false,
    sequence: { sequencer: Order },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
