# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""F98: what a service logs arrives in systemd's own journal with its priority and its fields. A real systemd-journald in a private
mount namespace, with a /run of its own; nothing of the machine's journal is touched."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILT = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else ROOT / "build/release"

SCRIPT = r"""
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal
[ -s /etc/machine-id ] || { echo 0123456789abcdef0123456789abcdef >/run/machine-id; touch /run/etc-machine-id; mount --bind /run/machine-id /etc/machine-id; }
/lib/systemd/systemd-journald & journald=$!
trap 'kill $journald; wait $journald 2>/dev/null' EXIT
for i in $(seq 500); do [ -S /run/systemd/journal/stdout ] && break; sleep 0.01; done
systemd-cat -t raw sh -c 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$0" --roles /nowhere --state-dir /run/state --socket-dir /run' "$1" || true
# Until the journal has it, which may be a moment after the program has ended.
for i in $(seq 500); do
  journalctl -D /run/log/journal -o json PHONE_SERVICE=gateway PRIORITY=3 2>/dev/null >/run/found || true
  [ -s /run/found ] && break; sleep 0.01
done
cat /run/found
"""


@unittest.skipUnless(os.geteuid() == 0, "needs root for a mount namespace")
class F98_Journal_Peer(unittest.TestCase):
    def test_priority_and_fields_arrive(self):
        done = subprocess.run(["unshare", "-m", "bash", "-c", SCRIPT, "bash", str(BUILT / "bin/phone-gateway")], capture_output=True, text=True,
                              check=False, timeout=50)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        self.assertTrue(lines, done.stdout + done.stderr)
        entry = json.loads(lines[0])
        self.assertEqual(entry["PRIORITY"], "3")
        self.assertEqual(entry["SYSLOG_IDENTIFIER"], "phone-gateway")
        self.assertEqual(entry["PHONE_STEP"], "door")
        self.assertIn("/nowhere", entry["PHONE_REASON"])
        self.assertTrue(entry["MESSAGE"].startswith("cannot start step="), entry["MESSAGE"])
        self.assertEqual(entry["_TRANSPORT"], "journal")


if __name__ == "__main__":
    unittest.main()
