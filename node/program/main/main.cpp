#include "node/program/command_line.h"

int main(int argc, char** argv) { return centime::program::run(argc, argv); }
