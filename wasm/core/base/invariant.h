// A broken invariant traps: the shim then rebuilds the core from its last snapshot. Never used for what a
// peer or a person does.
#pragma once

#define SHOPBELL_INVARIANT(condition)   \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (false)
