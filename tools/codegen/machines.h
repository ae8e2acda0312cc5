#pragma once

namespace shopbell {

// docs/machines.md, to stdout: each machine's diagram, drawn from the table that it runs on.
void print_machines();

}  // namespace shopbell
