/** The log lines of a transaction, each with the program that was running. */

/** A log line and the innermost program when it was written; `undefined` outside of any. */
export type LogLine = { readonly program: string | undefined; readonly text: string };

const INVOKED = /^Program (\w+) invoke \[\d+\]$/;
const ENDED = /^Program (\w+) (?:success$|failed: )/;

/** Follows which program calls which, so that no other program's lines pass for those of ours. */
export const attributed = (logs: readonly string[]): LogLine[] => {
  const running: string[] = [];
  return logs.map((text) => {
    const invoked = INVOKED.exec(text)?.[1];
    if (invoked !== undefined) {
      running.push(invoked);
      return { program: invoked, text };
    }
    const program = running.at(-1);
    if (ENDED.test(text)) running.pop();
    return { program, text };
  });
};
