// The program's command line: parses it and runs one command.
#pragma once

namespace centime::program {

// The process's exit code: 0 done, 1 failed or refused, 2 called wrongly; outcome.h has all.
int run(int argc, char** argv);

}  // namespace centime::program
