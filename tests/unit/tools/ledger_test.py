# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

import contextlib
import io
import pathlib
import tempfile
import unittest

import script

ledger = script.load("ledger")

XML = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite>
  <testcase name="A" status="run" result="completed" classname="F16_FileAuthentication"/>
  <testcase name="B" status="run" result="completed" classname="F16_FileAuthentication_Lab"/>
  <testcase name="C" status="run" result="completed" classname="F17_FileEncryption_Peer"><failure message="x"/></testcase>
  <testcase name="D" status="run" result="skipped" classname="F18_Signalling_Peer"><skipped message="no peer"/></testcase>
  <testcase name="E" status="notrun" result="suppressed" classname="F19_Mic_Lab"/>
  <testcase name="Row/3" status="run" result="completed" classname="Table/F46_SecuritySettings"/>
  <testcase name="F" status="run" result="completed" classname="Framing"/>
</testsuite></testsuites>"""


class Claims(unittest.TestCase):
    def test_the_end_of_the_suite_name_is_the_kind_of_proof(self):
        for suite, claims in {
            "F16_FileAuthentication": ([16], ledger.TABLE),
            "F16_FileAuthentication_Table": ([16], ledger.TABLE),
            "F16_FileAuthentication_Lab": ([16], ledger.LAB),
            "F41_Supplicant_Peer": ([41], ledger.PEER),
            "Rows/F29_TrustListAlarm_Lab": ([29], ledger.LAB),
            "F10_F17_ConfigurationFile_Peer": ([10, 17], ledger.PEER),
            "F5_SignatureTypes/0": ([5], ledger.TABLE),
            "Lab": ([], 0),
            "GatewayPicture": ([], 0),
        }.items():
            self.assertEqual(ledger.suite_claims(suite), claims, suite)


class Ledger(unittest.TestCase):
    def judged(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.xml").write_text(XML)
            return ledger.judge(ledger.read_results(folder))

    def test_only_passed_tests_count_and_the_best_proof_wins(self):
        proven, failed = self.judged()
        self.assertEqual(proven, {16: ledger.LAB, 46: ledger.TABLE})
        self.assertEqual(failed, {17: ["F17_FileEncryption_Peer.C"]})

    def test_rows_say_how_far_a_feature_is(self):
        text = ledger.render([(16, "Files"), (17, "Encryption"), (18, "Integrity")], *self.judged())
        self.assertEqual(text.splitlines(), [
            "F16  Files       against the lab",
            "F17  Encryption  not yet; failed: F17_FileEncryption_Peer.C",
            "F18  Integrity   not yet",
            "F46: no such feature, but tests claim it",
            "",
            "3 features: 0 against a peer, 1 against the lab, 0 by table only, 2 not yet",
        ])

    def test_the_shipped_table_has_every_feature_once(self):
        features = ledger.read_features(script.TOOLS / "features.tsv")
        self.assertEqual([number for number, _ in features], list(range(1, 102)))

    def test_result_cut_short_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.xml").write_text(XML[:200])
            with contextlib.redirect_stderr(io.StringIO()) as said:
                self.assertEqual(ledger.main([folder]), 1)
            self.assertIn("cannot be read", said.getvalue())


if __name__ == "__main__":
    unittest.main()
