// What a command of this folder says when it will not or cannot do it: what is the matter, and what to do.
export class Refusal extends Error {
  constructor(what, remedy) {
    super(what);
    this.remedy = remedy;
  }
}

/** Texts from elsewhere may hold what a terminal obeys (escape codes) or a reader is misled by (bidirectional marks): shown as a box. */
export const printable = (text) => text.replace(/[^\P{C}\n]/gu, '\ufffd');

/** Runs a command's work; a refusal is told plainly and ends the program with 1, a wrong call with 2 and the usage. */
export async function run_command(name, usage, work) {
  if (process.argv.includes('--help')) {
    console.log(usage);
    return;
  }
  try {
    await work(process.argv.slice(2));
  } catch (error) {
    if (error.code?.startsWith?.('ERR_PARSE_ARGS') || error instanceof WrongCall) {
      console.error(`${name}: ${error.message}\n\n${usage}`);
      process.exitCode = 2;
    } else if (error instanceof Refusal) {
      console.error(printable(`${name}: ${error.message}\n${error.remedy}`));
      process.exitCode = 1;
    } else throw error;
  }
}

export class WrongCall extends Error {}
