// A failure that setup can explain: one sentence of what could not be had, one of what to do. main.mjs prints it without a stack.
export class SetupFailure extends Error {
  constructor(what, remedy) {
    super(`${what} ${remedy}`);
  }
}
