"""Filters generated documents with a program and judges what comes out:

    check.py PROGRAM [--documents N] [--seed N] [--processes N]

Prints how many were judged; ends with 1 and shows the first failures when any result is wrong. The same seed makes the same
documents."""

import argparse
import multiprocessing
import random
import struct
import subprocess
import sys

import generate
import judge

SHOWN_MAX = 5


class Filter:
    """The program that filters, see Tests/HTMLSanitizeStream."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, document):
        self.process.stdin.write(struct.pack(">I", len(document)) + document)
        self.process.stdin.flush()
        (length,) = struct.unpack(">I", self.read(4))
        return self.read(length), self.read(1) == b"\x01"

    def read(self, count):
        data = self.process.stdout.read(count)
        if len(data) < count:
            raise EOFError(f"the program ended with {self.process.wait()}")
        return data


def check(arguments):
    """Judges `count` documents; returns what is wrong."""
    program, seed, count = arguments
    source = random.Random(seed)
    filtered = Filter(program)
    failures = []
    for _ in range(count):
        document = generate.document(source)
        result = b""
        try:
            result, is_stable = filtered(document)
            judge.demand(is_stable, "filtering again changes it")
            judge.judge(result)
        except (judge.Verdict, UnicodeDecodeError, EOFError) as problem:
            failures.append(f"{document!r}\n  became {result!r}\n  {problem}")
            if isinstance(problem, EOFError):
                filtered = Filter(program)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    portion = 1_000
    work = [
        (options.program, f"{options.seed}.{start}", min(portion, options.documents - start))
        for start in range(0, options.documents, portion)
    ]
    with multiprocessing.Pool(options.processes) as pool:
        failures = [failure for found in pool.imap(check, work) for failure in found]
    for failure in failures[:SHOWN_MAX]:
        print(failure)
    print(f"{options.documents} documents, {len(failures)} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
