/* global ENV, Module */
// Linked in front of libopus's test programs: node's environment is theirs. One that never asks for it has no ENV.
Module['preRun'] = () => {
  if (typeof ENV !== 'undefined') Object.assign(ENV, process.env);
};
