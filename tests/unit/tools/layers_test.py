# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

import contextlib
import io
import pathlib
import tempfile
import unittest

import script

layers = script.load("layers")

TABLE = """# A room of three layers.
.: rpc call sip
rpc: call
call: sip
sip:
kind driver: sip/wire.*
"""
FILES = {
    "main.cpp": '#include <thread>\n#include "services/room/rpc/service.hpp"\n',
    "rpc/service.hpp": '#include <grpcpp/server.h>\n#include "services/room/call/call.hpp"\n',
    "call/call.hpp": '#include "services/room/sip/message.hpp"\n',
    "call/call.cpp": '#include "services/room/call/call.hpp"\n',
    "call/call_actor.hpp": '#include <caf/all.hpp>\n#include "call.hpp"\n',
    "sip/message.hpp": "#include <string>\n",
    "sip/wire.cpp": "#include <sys/epoll.h>\n#include <thread>\n",
}


class Layers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("layers", TABLE)
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / "services" / "room" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_it(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as said:
            code = layers.main(["--root", str(self.root), *arguments])
        return code, out.getvalue() + said.getvalue()

    def refused(self, *sentences):
        code, said = self.run_it()
        self.assertEqual(code, 1, said)
        self.assertEqual(said, "".join(f"services/room: {sentence}\n" for sentence in sentences))

    def test_room_that_keeps_to_its_table_passes(self):
        self.assertEqual(self.run_it(), (0, "1 rooms keep to their layers, with 0 allowances\n"))

    def test_upward_and_sideways_are_refused(self):
        self.write("sip/message.hpp", '#include "services/room/call/call.hpp"\n')
        self.refused("sip/message.hpp includes call/call.hpp: sip may not use call")

    def test_a_layer_is_not_skipped_without_leave(self):
        self.write("rpc/service.hpp", '#include "services/room/sip/message.hpp"\n')
        self.refused("rpc/service.hpp includes sip/message.hpp: rpc may not use sip")

    def test_a_header_beside_counts_like_one_named_in_full(self):
        self.write("sip/message.hpp", '#include "services/room/main.hpp"\n')
        self.write("main.hpp", "")
        self.refused("sip/message.hpp includes main.hpp: sip may not use .")

    def test_each_kind_keeps_to_its_headers(self):
        self.write("call/call.hpp", '#include <caf/actor.hpp>\n#include <thread>\n#include "phone/media/v1/media.pb.h"\n')
        self.refused("call/call.hpp includes caf/actor.hpp: only actor files may",
                     "call/call.hpp includes phone/media/v1/media.pb.h: only rpc and message files may",
                     "call/call.hpp includes thread: only driver files may")

    def test_an_actor_does_not_know_protobuf_and_a_driver_no_actor(self):
        self.write("call/call_actor.hpp", '#include "phone/media/v1/media.grpc.pb.h"\n')
        self.write("sip/wire.cpp", "#include <caf/all.hpp>\n")
        self.refused("call/call_actor.hpp includes phone/media/v1/media.grpc.pb.h: only rpc files may",
                     "sip/wire.cpp includes caf/all.hpp: only actor files may")

    def test_rpc_names_the_actor_system_and_no_more_of_it(self):
        self.write("rpc/service.hpp", "#include <caf/fwd.hpp>\n")
        self.assertEqual(self.run_it()[0], 0)
        self.write("rpc/service.hpp", "#include <caf/all.hpp>\n")
        self.write("call/call.cpp", "#include <caf/fwd.hpp>\n")
        self.refused("call/call.cpp includes caf/fwd.hpp: only actor and rpc files may", "rpc/service.hpp includes caf/all.hpp: only actor files may")

    def test_rules_over_messages_know_protobuf_and_no_grpc(self):
        self.write("layers", TABLE + "kind message: call/call.hpp\n")
        self.write("call/call.hpp", '#include "phone/media/v1/media.pb.h"\n')
        self.assertEqual(self.run_it()[0], 0)
        self.write("call/call.hpp", '#include "phone/media/v1/media.grpc.pb.h"\n')
        self.refused("call/call.hpp includes phone/media/v1/media.grpc.pb.h: only rpc files may")

    def test_wiring_that_a_table_calls_main_includes_all(self):
        self.write("layers", TABLE + "kind main: call/call.cpp\n")
        self.write("call/call.cpp", "#include <caf/all.hpp>\n#include <grpcpp/server.h>\n#include <thread>\n")
        self.assertEqual(self.run_it()[0], 0)

    def test_an_allowance_has_a_reason(self):
        self.write("sip/message.hpp", '#include "services/room/call/call.hpp"\n')
        self.write("layers.allow", "sip/message.hpp -> call/call.hpp: the number type stands in call\n")
        self.assertEqual(self.run_it(), (0, "1 rooms keep to their layers, with 1 allowances\n"))
        self.write("layers.allow", "sip/message.hpp -> call/call.hpp:\n")
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("has no reason", said)

    def test_an_allowance_that_nothing_needs_is_refused(self):
        self.write("layers.allow", "sip/message.hpp threads: a reader of its own\n")
        code, said = self.run_it()
        self.assertEqual(code, 1)
        self.assertEqual(said, 'services/room/layers.allow: nothing needs "sip/message.hpp threads" any more; remove the line\n')

    def test_a_new_directory_needs_a_line_and_a_line_a_directory(self):
        self.write("dialog/dialog.hpp", "")
        self.refused("dialog/ has no line in the table")
        self.write("layers", TABLE.replace("call: sip\n", "call: dialog sip\ndialog: sip\nsdp: sip\n"))
        self.refused("sdp/ has a line in the table and no files")

    def test_a_table_that_is_none_is_refused_by_name(self):
        for change, sentence in {
            ("call: sip\n", "call: rpc\n"): "call may include rpc, which is not further down",
            ("call: sip\n", "call: call\n"): "call may include call, which is not further down",
            ("call: sip\n", "call: sdp\n"): "call may include sdp, which has no line",
            ("call: sip\n", "call sip\n"): 'no colon in "call sip"',
            ("sip:\n", "sip:\nsip:\n"): "sip has a line already",
            ("kind driver", "kind wire"): '"wire" is no kind of file',
        }.items():
            self.write("layers", TABLE.replace(*change))
            code, said = self.run_it()
            self.assertEqual(code, 1, change)
            self.assertIn(sentence, said)

    def test_the_list_is_what_an_allow_list_would_say(self):
        self.write("sip/message.hpp", '#include <thread>\n#include "services/room/call/call.hpp"\n')
        self.write("layers.allow", "sip/message.hpp threads: a reader of its own\n")
        self.assertEqual(self.run_it("--list"), (0, "sip/message.hpp -> call/call.hpp: \nsip/message.hpp threads: a reader of its own\n"))

    def test_the_report_counts_arrows_levels_and_long_files(self):
        self.write("sip/message.hpp", "\n" * 401)
        for number in range(51):
            self.write(f"call/part{number}.hpp", "")
        code, said = self.run_it("--report")
        self.assertEqual(code, 0)
        self.assertEqual(said, "services/room: 58 files, 4 include arrows between files\n"
                               "  4 directories, 3 arrows between them in 3 pairs\n"
                               "  4 levels\n"
                               "  allowed for now: 0 upward or sideways, 0 caf, 0 grpc, 0 protobuf, 0 threads\n"
                               "  call: 54 files\n"
                               "  sip/message.hpp: 401 lines\n")


if __name__ == "__main__":
    unittest.main()
