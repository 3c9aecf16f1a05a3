# SPDX-License-Identifier: Apache-2.0
"""Every verb of the command line: in a pipe and at a terminal; against a broker that is there, down, silent, or refuses.
What they print is in tests/golden/command_line.txt (UPDATE_GOLDEN=1 writes it anew; read the difference)."""

import contextlib
import difflib
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import tempfile
import unittest

from admin_requests import ALTER_QUOTAS, RATE, entity
from broker import BINARY, Broker
from printed import printed
from shaped_client import ShapedClient
from wait import wait_until

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden/command_line.txt"


def odradek(*words, bootstrap=None, input="", env=None):
    """What a verb prints in a pipe."""
    command = [BINARY, *words, *(["-b", bootstrap] if bootstrap else [])]
    return subprocess.run(command, input=input, capture_output=True, text=True, timeout=60, env={**os.environ, **(env or {})})


def at_terminal(*words, bootstrap):
    """What a verb prints where all that it prints goes to a terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(BINARY, [BINARY, *words, "-b", bootstrap])
    output = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        output += part
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return output.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


@contextlib.contextmanager
def stopped_at_last(process):
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def masked(text, port):
    text = re.sub(r"\b(localhost|127\.0\.0\.1)\b", "HOST", text.replace(str(port), "PORT"))
    text = re.sub(r"cluster [\w-]{22}", "cluster ID", text)
    text = re.sub(r"20\d\d-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = re.sub(r'"timestamp":\d{13}', '"timestamp":TIME', text)
    return re.sub(r"odradek-[0-9a-f-]{36}", "MEMBER", text)


class GoldenTest(unittest.TestCase):
    """One life with a broker, as a script."""

    RECORDS = 'user-1:{"id":1}\nuser-2:{"id":2}\nuser-1:gr\u00fc\u00df\n'

    def script(self):
        yield "version",
        yield "topic", "ls"
        yield "topic", "create", "orders", "-p", "3", "-c", "retention.ms=60000"
        yield "topic", "create", "orders", "-p", "3"
        yield "topic", "create", "orders", "--if-not-exists"
        yield "topic", "create", "bad name"
        yield "topic", "create", "more", "--dry-run", "-o", "json"
        yield "topic", "ls"
        yield "topics", "list", "-o", "json"
        yield "produce", "orders", "-K", ":", "-H", "trace=abc", self.RECORDS
        yield "produce", "orders", "-K", ":", "no separator\n"
        yield "produce", "orders", "-p", "9", "x\n"
        yield "produce", "orders", "-i", "json", "-o", "json", '{"key":"k","value":{"a":[1,2]},"partition":0,"timestamp":1700000000000}\n'
        yield "produce", "orders", "-i", "json", "{nonsense\n"
        yield "produce", "nowhere", "--no-create", "x\n"
        yield "topic", "describe", "orders"
        yield "topic", "describe", "nowhere"
        yield "consume", "orders", "-f", "%p @%o %k %v %h\\n", "-p", "0"
        yield "consume", "orders", "-o", "json", "-p", "0"
        yield "consume", "orders", "-p", "0", "--from", "-1"
        yield "consume", "orders", "-p", "0", "--from", "@1700000000001", "-n", "1"
        yield "consume", "orders", "-p", "0", "--to", "1"
        yield "consume", "orders", "-p", "0", "-f", "%q"
        yield "consume", "orders", "--from", "yesterday"
        yield "consume", "nowhere"
        yield "consume", "orders", "-g", "billing", "-n", "2", "-f", "%v\\n"
        yield "group", "ls"
        yield "group", "describe", "nobody"
        yield "group", "reset", "billing", "--to", "start"
        yield "group", "reset", "billing", "--to", "start", "--execute", "-o", "json"
        yield "group", "describe", "billing"
        yield "group", "delete", "billing", "--dry-run"
        yield "group", "delete", "billing"
        yield "group", "delete", "billing"
        yield "topic", "alter", "orders", "-p", "4", "-c", "cleanup.policy=compact", "-d", "retention.ms"
        yield "topic", "alter", "orders", "-p", "2"
        yield "topic", "alter", "orders", "-c", "no.such=1"
        yield "config", "get", "topic", "orders"
        yield "config", "get", "topic", "orders", "retention.ms", "-o", "json"
        yield "config", "set", "topic", "orders", "retention.ms=5", "--dry-run"
        yield "config", "set", "broker", "1", "log.cleaner.backoff.ms=20000"
        yield "config", "get", "broker", "1", "log.cleaner.backoff.ms"
        yield "config", "unset", "broker", "1", "log.cleaner.backoff.ms"
        yield "config", "get", "broker", "one"
        yield "config", "get", "broker", "7"
        yield "config", "get", "logger", "1"
        yield "topic", "trim", "orders", "--partition", "0", "--before", "1"
        yield "topic", "trim", "orders", "--partition", "0", "--dry-run"
        yield "txn", "ls"
        yield "txn", "describe", "nobody"
        yield "txn", "abort", "-t", "orders", "-p", "0", "--producer", "7"
        yield "cluster", "describe"
        yield "health", "--ready"
        yield "doctor",
        yield "topic", "delete", "orders", "--dry-run"
        yield "topic", "delete", "orders"
        yield "topic", "delete", "orders"
        yield "topic",
        yield "nonsense",
        yield "topic", "create"
        yield "consume", "orders", "-o", "xml"

    def test_what_verbs_print(self):
        lines = []
        with Broker("group.initial.rebalance.delay.ms=0", nodes=1) as broker:
            for *words, last in self.script():
                has_input = last.endswith("\n")
                words = words if has_input else [*words, last]
                done = odradek(*words, bootstrap=None if words[0] in ("version", "nonsense") else f"localhost:{broker.port}",
                               input=last if has_input else "")
                lines.append(f"$ odradek {' '.join(words)} = {done.returncode}")
                for name, text in (("", done.stdout), ("! ", done.stderr)):
                    lines += [(name + line).rstrip() for line in masked(text, broker.port).splitlines()]
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.write_text("\n".join(lines) + "\n")
        expected = GOLDEN.read_text().splitlines()
        self.assertEqual("\n".join(difflib.unified_diff(expected, lines, "golden", "now", n=1, lineterm="")), "")


class TerminalTest(unittest.TestCase):
    def test_long_work_shows_how_far_it_is_at_a_terminal_only(self):
        with Broker(nodes=1) as broker:
            bootstrap = f"localhost:{broker.port}"
            shown, code = at_terminal("perf", "produce", "-d", "1", bootstrap=bootstrap)
            self.assertEqual(code, 0, shown)
            self.assertRegex(shown, r"\rbatches|\r\x1b\[Kbatches \d+ \d+/s")
            self.assertIn("RECORDS PER S", shown)
            piped = odradek("perf", "produce", "-d", "1", bootstrap=bootstrap)
            self.assertEqual((piped.stderr, piped.returncode), ("", 0))
            shown, code = at_terminal("topic", "ls", bootstrap=bootstrap)
            self.assertEqual(shown, "\x1b[1mTOPIC  PARTITIONS  REPLICAS\x1b[0m\nperf   1           1\n")

    def test_at_a_terminal_verbs_print_what_they_print_in_a_pipe(self):
        """But for how far long work is, and bold headings; without those where NO_COLOR says so."""
        with Broker("group.initial.rebalance.delay.ms=0", nodes=1) as broker:
            bootstrap = f"localhost:{broker.port}"
            odradek("topic", "create", "t", bootstrap=bootstrap)
            odradek("produce", "t", bootstrap=bootstrap, input="one\ntwo\n")
            odradek("consume", "t", "-g", "g", bootstrap=bootstrap)
            for words in (["topic", "describe", "t"], ["topic", "alter", "t", "-c", "retention.ms=5"], ["topic", "describe", "none"],
                          ["consume", "t", "-f", "%o %v\\n"], ["group", "ls"], ["group", "describe", "g"],
                          ["group", "reset", "g", "--to", "start"], ["config", "get", "topic", "t"], ["cluster", "describe"],
                          ["cluster", "apis"], ["txn", "ls"], ["doctor"], ["health"], ["export", "t"]):
                piped = odradek(*words, bootstrap=bootstrap)
                shown, code = at_terminal(*words, bootstrap=bootstrap)
                plain = re.sub(r"\x1b\[[01]m|\r\x1b\[K([^\r\n]*/s)?", "", shown)
                self.assertEqual((sorted(plain.splitlines()), code),
                                 (sorted((piped.stdout + piped.stderr).splitlines()), piped.returncode), words)
            os.environ["NO_COLOR"] = "1"
            self.addCleanup(os.environ.pop, "NO_COLOR")
            self.assertNotIn("\x1b", at_terminal("topic", "ls", bootstrap=bootstrap)[0])


class BrokenBrokerTest(unittest.TestCase):
    def test_nobody_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            done = odradek("topic", "ls", bootstrap=f"127.0.0.1:{unused.getsockname()[1]}")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("Connection refused", done.stderr)
        self.assertIn("odradek doctor", done.stderr)
        done = odradek("health", bootstrap="no.such.host.invalid:9092")
        self.assertEqual(done.returncode, 3)

    def test_one_that_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            done = odradek("topic", "ls", "--timeout", "1", bootstrap=f"127.0.0.1:{silent.getsockname()[1]}")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no answer in time", done.stderr)

    def test_one_that_hangs_up(self):
        with socket.create_server(("127.0.0.1", 0)) as rude:
            command = subprocess.Popen([BINARY, "topic", "ls", "-b", f"127.0.0.1:{rude.getsockname()[1]}"],
                                       stderr=subprocess.PIPE, text=True)
            rude.accept()[0].close()
            _, words = command.communicate(timeout=30)
        self.assertEqual(command.returncode, 3)
        self.assertRegex(words, "closed the connection|reset by peer")

    def test_one_that_speaks_something_else(self):
        with socket.create_server(("127.0.0.1", 0)) as web:
            command = subprocess.Popen([BINARY, "topic", "ls", "-b", f"127.0.0.1:{web.getsockname()[1]}"],
                                       stderr=subprocess.PIPE, text=True)
            connection = web.accept()[0]
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            _, words = command.communicate(timeout=30)
            connection.close()
        self.assertEqual(command.returncode, 3)
        self.assertIn("does not speak Kafka's protocol", words)

    def test_the_second_address_is_tried(self):
        with Broker(nodes=1) as broker:
            done = odradek("topic", "ls", bootstrap=f"127.0.0.1:1,127.0.0.1:{broker.port}")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_doctor_finds_the_address_that_is_wrong(self):
        with Broker("advertised.listeners=PLAINTEXT://127.0.0.1:1", nodes=1) as broker:
            done = odradek("doctor", bootstrap=f"127.0.0.1:{broker.port}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("advertised.listeners=", done.stderr)
        self.assertIn("Connection refused", done.stdout)

    def test_bootstrap_from_the_environment(self):
        with Broker(nodes=1) as broker:
            done = odradek("health", env={"ODRADEK_BOOTSTRAP": f"127.0.0.1:{broker.port}"})
        self.assertEqual(done.returncode, 0, done.stderr)


class MovingBytesTest(unittest.TestCase):
    def test_what_is_exported_can_be_imported_byte_for_byte(self):
        with Broker("num.partitions=3", nodes=1) as broker, tempfile.TemporaryDirectory() as folder:
            bootstrap = f"localhost:{broker.port}"
            lines = "".join(json.dumps({"key": f"k{i}", "value_base64": "gP8=", "timestamp": 1700000000000 + i,
                                        "headers": [{"name": "n", "value": str(i)}]}) + "\n" for i in range(2000))
            self.assertEqual(odradek("produce", "a", "-i", "json", "-z", "zstd", bootstrap=bootstrap, input=lines).returncode, 0)
            file = folder + "/a.ndjson"
            self.assertEqual(odradek("export", "a", file, bootstrap=bootstrap).returncode, 0)
            self.assertEqual(odradek("import", "b", file, bootstrap=bootstrap).returncode, 0)
            first, second = (odradek("export", topic, bootstrap=bootstrap).stdout for topic in "ab")
        self.assertEqual(first.count("\n"), 2000)
        self.assertEqual(sorted(first.splitlines()), sorted(second.replace('"topic":"b"', '"topic":"a"').splitlines()))

    def test_what_stands_in_a_pipe_is_written_before_more_comes(self):
        with Broker(nodes=1) as broker:
            bootstrap = f"localhost:{broker.port}"
            for name, flags in (("produce", ("t", "-b")), ("kafka-console-producer", ("--topic", "t", "--bootstrap-server"))):
                writer = subprocess.Popen([BINARY, name, *flags, bootstrap], stdin=subprocess.PIPE, text=True)
                writer.stdin.write(f"by {name}\n")
                writer.stdin.flush()
                wait_until(lambda: f"by {name}\n" in odradek("consume", "t", bootstrap=bootstrap).stdout)
                writer.stdin.close()
                self.assertEqual(writer.wait(30), 0)

    def test_a_quota_is_waited_for(self):
        with Broker(nodes=1) as broker:
            bootstrap = f"localhost:{broker.port}"
            with ShapedClient(broker.port) as client:
                client.ask(ALTER_QUOTAS, 1, [[[entity(client_id="odradek"), [[RATE, 50_000.0, False]]]], False])
            done = odradek("produce", "t", "--timeout", "1", bootstrap=bootstrap, input=("x" * 1000 + "\n") * 200)
            self.assertEqual((done.returncode, done.stderr), (0, "produced 200 records to t\n"))

    def test_no_name_is_not_every_name(self):
        with Broker(nodes=1) as broker:
            bootstrap = f"localhost:{broker.port}"
            odradek("topic", "create", "precious", bootstrap=bootstrap)
            for nothing in (",", ""):
                done = subprocess.run([BINARY, "kafka-topics", "--bootstrap-server", bootstrap, "--delete", "--topic", nothing],
                                      capture_output=True, text=True, timeout=60)
                self.assertNotEqual(done.returncode, 0)
            self.assertIn("precious", odradek("topic", "ls", bootstrap=bootstrap).stdout)

    def test_members_share_and_go_on_where_the_group_was(self):
        with Broker("group.initial.rebalance.delay.ms=0", "num.partitions=4", nodes=1) as broker:
            bootstrap = f"localhost:{broker.port}"
            odradek("produce", "t", "-K", " ", bootstrap=bootstrap, input="".join(f"{i} {i}\n" for i in range(1000)))
            members = [subprocess.Popen([BINARY, "consume", "t", "-g", "g", "-F", "-b", bootstrap], stdout=subprocess.PIPE,
                                        text=True) for _ in range(2)]

            def lag():
                done = odradek("group", "describe", "g", "-o", "json", bootstrap=bootstrap)
                rows = [json.loads(line) for line in done.stdout.splitlines()]
                owners = {row.get("member") for row in rows}
                return len(rows) == 4 and len(owners) == 2 and None not in owners and all(row.get("lag") == 0 for row in rows)
            wait_until(lag, 60)
            for member in members:
                member.send_signal(signal.SIGINT)
            outputs = [member.communicate(timeout=30)[0] for member in members]
            self.assertEqual([member.returncode for member in members], [0, 0])
            self.assertGreaterEqual(set("".join(outputs).split()), {str(i) for i in range(1000)})
            odradek("produce", "t", bootstrap=bootstrap, input="last\n")
            done = odradek("consume", "t", "-g", "g", bootstrap=bootstrap)
            self.assertEqual(done.stdout, "last\n", done.stderr)

    def test_readers_live_on_where_the_broker_starts_anew(self):
        with Broker("group.initial.rebalance.delay.ms=0", nodes=1) as broker, contextlib.ExitStack() as readers:
            bootstrap = f"localhost:{broker.port}"
            odradek("produce", "t", bootstrap=bootstrap, input="before\n")
            texts = []
            for words in (["consume", "t", "-F"], ["consume", "t", "-F", "-g", "g"]):
                output, text = readers.enter_context(printed())
                texts.append(text)
                readers.enter_context(stopped_at_last(
                    subprocess.Popen([BINARY, *words, "-b", bootstrap], stdout=output, stderr=subprocess.STDOUT)))

            def read():
                return [text() for text in texts]
            wait_until(lambda: read() == ["before\n"] * 2)
            # What is committed need not come again.
            wait_until(lambda: '"lag":0' in odradek("group", "describe", "g", "-o", "json", bootstrap=bootstrap).stdout)
            broker.kill()
            broker.start()
            odradek("produce", "t", bootstrap=bootstrap, input="after\n")
            wait_until(lambda: read() == ["before\nafter\n"] * 2, 60)


class KafkaNamesTest(unittest.TestCase):
    """As one of Kafka's tools, by its name. That they print the same is shown by `./dev compat tools-by-name`."""

    def call(self, name, *words, input=""):
        done = subprocess.run([os.path.join(self.folder, name), *words], input=input, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        for name in ("kafka-topics", "kafka-topics.sh", "kafka-console-producer.sh", "kafka-console-consumer.sh",
                     "kafka-consumer-groups.sh", "kafka-configs.sh", "kafka-get-offsets.sh", "kafka-broker-api-versions.sh",
                     "kafka-storage.sh"):
            os.symlink(BINARY, os.path.join(self.folder, name))

    def test_the_way_of_a_script(self):
        code, uuid, _ = self.call("kafka-storage.sh", "random-uuid")
        self.assertEqual((code, len(uuid.strip())), (0, 22))
        self.assertEqual(self.call("kafka-storage.sh", "format", "-t", uuid.strip(), "-c", "server.properties")[0], 0)
        with Broker("group.initial.rebalance.delay.ms=0", nodes=1) as broker:
            server = ("--bootstrap-server", f"localhost:{broker.port}")
            self.assertEqual(self.call("kafka-topics.sh", *server, "--create", "--topic", "t", "--partitions", "2"),
                             (0, "Created topic t.\n", ""))
            self.assertEqual(self.call("kafka-topics", *server, "--list"), (0, "t\n", ""))
            self.assertEqual(self.call("kafka-console-producer.sh", *server, "--topic", "t", input="a\nb\n")[0], 0)
            code, lines, words = self.call("kafka-console-consumer.sh", *server, "--topic", "t", "--group", "g",
                                           "--from-beginning", "--max-messages", "2")
            self.assertEqual((code, sorted(lines.split())), (0, ["a", "b"]))
            self.assertEqual(words, "Processed a total of 2 messages\n")
            self.assertEqual(self.call("kafka-consumer-groups.sh", *server, "--list"), (0, "g\n", ""))
            code, offsets, _ = self.call("kafka-get-offsets.sh", *server, "--topic", "t")
            self.assertEqual(sum(int(line.rsplit(":", 1)[1]) for line in offsets.split()), 2)
            self.assertIn("Completed updating config for topic t.", self.call(
                "kafka-configs.sh", *server, "--alter", "--entity-type", "topics", "--entity-name", "t", "--add-config",
                "retention.ms=5")[1])
            self.assertIn("Fetch(1): 4 to 18", self.call("kafka-broker-api-versions.sh", *server)[1])
            code, words, _ = self.call("kafka-topics.sh", *server, "--create", "--topic", "t")
            self.assertEqual((code, words), (1, "Error while executing topic command : Topic 't' already exists.\n"))
        self.assertEqual(self.call("kafka-topics.sh", *server, "--list")[0], 1)
        self.assertNotEqual(self.call("kafka-topics.sh", "--list")[0], 0)

    def test_without_a_link(self):
        self.assertEqual(odradek("kafka-storage", "random-uuid").returncode, 0)


class DeclaredTest(unittest.TestCase):
    """What is made of the declarations."""

    def test_completion_in_bash(self):
        script = odradek("completion", "bash").stdout + """
complete_it() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _odradek; echo "${COMPREPLY[@]}"; }
complete_it odradek topic cr
complete_it odradek group ''
complete_it odradek consume --fo
"""
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30)
        first, second, third = done.stdout.splitlines()
        self.assertEqual(first, "create")
        self.assertEqual(set(second.split()) - {"--help"}, {"ls", "describe", "reset", "delete"})
        self.assertEqual(third.split(), ["--format", "--follow"])
        for shell in ("zsh", "fish"):
            self.assertIn("topic", odradek("completion", shell).stdout)

    def test_the_man_page_is_up_to_date(self):
        page = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/odradek.1"
        self.assertEqual(odradek("--print-man-page").stdout, page.read_text(), "odradek --print-man-page > docs/odradek.1")

    def test_help_of_every_verb(self):
        for words in (["--help"], ["topic", "--help"], ["topic", "create", "--help"], ["consume", "--help"]):
            done = odradek(*words)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("Usage:", done.stdout)

    def test_settings_and_where_they_come_from(self):
        done = odradek("config", "dump", "--set", "num.partitions=3", env={"KAFKA_LOG_RETENTION_HOURS": "2",
                                                                         "KAFKA_SSL_KEY_PASSWORD": "hush"})
        self.assertEqual(odradek("config").stdout, odradek("config", "dump").stdout)
        self.assertIn("num.partitions=3  # command line\n", done.stdout)
        self.assertIn("log.retention.hours=2  # environment\n", done.stdout)
        self.assertIn("log.retention.ms=7200000  # default\n", done.stdout)
        self.assertIn("ssl.key.password=(hidden)  # environment\n", done.stdout)
        self.assertNotIn("hush", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
