# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

import contextlib
import io
import pathlib
import subprocess
import tempfile
import unittest

import script

unused = script.load("unused")

HEADER = """#pragma once
namespace phone::room {
int called(int);
int only_tests_call_this(int);
int inlined(int);
}
"""
LIBRARY = """#include "room.hpp"
namespace phone::room {
int called(int x) { return x + 1; }
int only_tests_call_this(int x) { return x + 2; }  // only_tests_call_this: a comment is no use
int inlined(int x) { return x + 3; }
int calls_inlined(int x) { return inlined(x); }
}
"""
PROGRAM = """#include "room.hpp"
int main() { return phone::room::called(1) + sizeof("only_tests_call_this"); }
"""


class Unused(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.build = self.root / "build"
        self.build.mkdir()
        self.write("common/room.hpp", HEADER)
        self.make(LIBRARY, PROGRAM)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    def make(self, library, program):
        place = self.root / "common"
        object_file, archive, linked = (str(self.build / name) for name in ("room.o", "libroom.a", "program"))
        self.write("common/room.cpp", library)
        self.write("tools/main.cpp", program)
        for command in (["g++", "-ffunction-sections", "-c", str(place / "room.cpp"), "-o", object_file], ["ar", "rcs", archive, object_file],
                        ["g++", "-I", str(place), str(self.root / "tools/main.cpp"), archive, "-Wl,--gc-sections", "-o", linked]):
            subprocess.run(command, check=True)
        (self.build / "shipped.txt").write_text(f"library {archive}\nprogram {linked}\n")

    def run_it(self):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as said:
            code = unused.main([str(self.build), "--root", str(self.root)])
        return code, out.getvalue() + said.getvalue()

    def test_a_function_in_no_program_is_refused(self):
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("phone::room::only_tests_call_this is in no program", said)
        self.assertNotIn("phone::room::called", said)

    def test_one_that_the_compiler_inlined_is_known_by_its_name(self):
        self.assertNotIn("phone::room::inlined", self.run_it()[1])

    def test_an_allowance_lets_it_pass_and_says_when_it_is_not_needed(self):
        self.write("tools/unused.allow", "# x\nphone::room::only_tests_call_this: a test\nphone::room::calls_inlined: a test\n"
                                         "phone::room::called: a test\n")
        code, said = self.run_it()
        self.assertEqual(code, 0, said)
        self.assertIn("phone::room::called needs no allowance any more", said)
        self.assertNotIn("only_tests_call_this needs", said)

    def test_an_allowance_has_a_reason(self):
        self.write("tools/unused.allow", "phone::room::only_tests_call_this:\n")
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("has no reason", said)

    def test_nothing_is_judged_by_half_a_build(self):
        (self.build / "program").unlink()
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("is not built", said)


if __name__ == "__main__":
    unittest.main()
