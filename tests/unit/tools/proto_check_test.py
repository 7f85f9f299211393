# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

import contextlib
import io
import pathlib
import tempfile
import unittest

import script

proto_check = script.load("proto-check")

BEFORE = """syntax = "proto3"; package phone.test.v1;
service Door { rpc Knock(Call) returns (stream Call); }
enum Kind { KIND_NONE = 0; KIND_ONE = 1; }
message Call { string name = 1; repeated Kind kind = 2; map<string, uint32> port = 3; message Inner { bytes key = 1; } }
"""


class ProtoCheck(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write(BEFORE)
        self.assertEqual(self.check("--accept"), (0, ""))

    def write(self, text):
        (self.folder / "test.proto").write_text(text)

    def check(self, *more):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
            code = proto_check.main(["--protos", str(self.folder), "--baseline", str(self.folder / "baseline.txt"), *more])
        return code, said.getvalue()

    def test_baseline_reads_as_the_contract(self):
        text = (self.folder / "baseline.txt").read_text()
        self.assertIn("phone.test.v1.Call.kind = 2 repeated phone.test.v1.Kind\n", text)
        self.assertIn("phone.test.v1.Call.Inner.key = 1 bytes\n", text)
        self.assertIn("phone.test.v1.Door/Knock = phone.test.v1.Call -> stream phone.test.v1.Call\n", text)
        self.assertIn("phone.test.v1.Kind.KIND_ONE = 1\n", text)

    def test_addition_is_welcome(self):
        self.write(BEFORE.replace("string name = 1;", "string name = 1; bool more = 9;"))
        self.assertEqual(self.check(), (0, ""))

    def test_every_broken_promise_is_named(self):
        for change, sentence in {
            ("string name = 1;", "string name = 7;"): 'phone.test.v1.Call.name was "1 string" and is now "7 string"',
            ("string name = 1;", ""): "phone.test.v1.Call.name (1 string) has been removed",
            ("string name = 1;", "bytes name = 1;"): 'was "1 string" and is now "1 bytes"',
            ("repeated Kind kind", "Kind kind"): 'was "2 repeated phone.test.v1.Kind"',
            ("KIND_ONE = 1;", "KIND_ONE = 2;"): "phone.test.v1.Kind.KIND_ONE",
            ("stream Call", "Call"): "phone.test.v1.Door/Knock",
            ("rpc Knock(Call) returns (stream Call);", ""): "phone.test.v1.Door/Knock",
        }.items():
            self.write(BEFORE.replace(*change))
            code, said = self.check()
            self.assertEqual(code, 1, change)
            self.assertIn(sentence, said)
            self.assertEqual(self.check("--accept")[0], 1, "a broken promise is not accepted either")


if __name__ == "__main__":
    unittest.main()
