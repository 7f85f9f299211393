# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""deploy/package with a signer: every package is also an image that a phone's own rules take, and none without."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILT = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else ROOT / "build/release"


def run(*words, **environment):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False,
                          env={**os.environ, "DPKG_DEB_COMPRESSOR_TYPE": "none", **environment})


class Package(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # What the programs do is not the question here: any program and any library will do.
        self.tree = self.folder / "tree"
        installed = run("cmake", "--install", BUILT, "--prefix", "/usr", "--component", "phone", DESTDIR=str(self.tree))
        self.assertEqual(installed.returncode, 0, installed.stderr)
        self.source = self.folder / "any.c"
        self.source.write_text("int main(void) { return 0; }\n")
        any_program = self.compiled(self.folder / "any")
        for file in self.tree.rglob("*"):
            if file.is_file() and not file.is_symlink() and file.read_bytes()[:4] == b"\x7fELF":
                file.unlink()
                shutil.copy(any_program, file)
        self.key = self.folder / "signer.pem"
        made = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Image signer", "-days", "2",
                   "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.key.write_text((self.folder / "key.pem").read_text() + (self.folder / "cert.pem").read_text())

    def compiled(self, target, *words):
        made = run("cc", "-o", target, self.source, *words)
        self.assertEqual(made.returncode, 0, made.stderr)
        return target

    def package(self, *more, out="out"):
        done = run(ROOT / "deploy/package", BUILT, self.folder / out, "--tree", self.tree, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted((self.folder / out).iterdir())

    def test_every_package_is_an_image_too(self):
        made = self.package("--signers", self.folder / "cert.pem", "--key", self.key)
        packages = [file for file in made if file.suffix == ".deb" and not file.name.startswith("phonemesh_")]
        self.assertGreater(len(packages), 8)
        for package in packages:
            image = package.with_name(package.name + ".sgn")
            verdict = run(BUILT / "bin/trustfile", "verify", image, "--image-signers", self.folder / "cert.pem")
            self.assertEqual(verdict.returncode, 0, verdict.stderr)
            name, version, _ = package.name.split("_")
            self.assertIn(f"image {name} {version} is signed by CN=Image signer", verdict.stdout)
            tree = self.folder / "unpacked" / name
            tree.mkdir(parents=True)
            self.assertEqual(run("dpkg-deb", "-x", package, tree).returncode, 0)
            self.assertEqual((tree / "usr/lib/phone/versions" / name).read_text().strip(), version)
        signers = self.folder / "unpacked/phone-common/etc/phone/image-signers.pem"
        self.assertEqual(signers.read_text(), (self.folder / "cert.pem").read_text())

    def test_no_service_is_installed_without_the_sandbox_all_units_share(self):
        packages = {file.name.split("_")[0]: file for file in self.package() if file.suffix == ".deb"}
        common = packages["phone-common"]
        self.assertIn("./lib/systemd/system/phone-.service.d/10-sandbox.conf\n", run("dpkg-deb", "-c", common).stdout)
        self.assertEqual(run("dpkg-deb", "-f", common, "Provides").stdout.strip(), "phone-unit-sandbox")
        services = [unit.stem for unit in (ROOT / "deploy/units").glob("phone-*.service") if not unit.stem.endswith("@")]
        self.assertGreater(len(services), 8)
        for name in services:
            self.assertIn("phone-unit-sandbox", run("dpkg-deb", "-f", packages[name], "Depends").stdout.strip().split(", "), name)

    def test_two_runs_give_the_same_octets_and_without_a_key_no_image(self):
        first, second = self.package(), self.package(out="again")
        self.assertEqual({file.suffix for file in first}, {".deb", ".json"})
        self.assertEqual([file.name for file in first], [file.name for file in second])
        for one, other in zip(first, second):
            self.assertEqual(one.read_bytes(), other.read_bytes(), one.name)

    def test_the_bill_of_materials_names_each_package_and_what_it_needs(self):
        packages = {file.name.split("_")[0]: file for file in self.package() if file.suffix == ".deb"}
        bill = json.loads((self.folder / "out/phonemesh.cdx.json").read_text())
        self.assertEqual((bill["bomFormat"], bill["specVersion"]), ("CycloneDX", "1.4"))
        components = {component["name"]: component for component in bill["components"]}
        for name, file in packages.items():
            self.assertEqual(components[name]["hashes"][0]["content"], hashlib.sha256(file.read_bytes()).hexdigest())
        libc = components["libc6"]
        self.assertEqual(libc["version"], run("dpkg-query", "-W", "-f", "${Version}", "libc6").stdout)
        needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
        self.assertIn(libc["bom-ref"], needs[components["phone-media"]["bom-ref"]])
        self.assertEqual(sorted(reference for references in needs.values() for reference in references),
                         sorted(reference for references in needs.values() for reference in references if
                                reference in {component["bom-ref"] for component in bill["components"]}))

    def test_libraries_travel_by_content(self):
        """A program finds those it was built with, whatever else of the same name and version number is installed."""
        library = next((self.tree / "usr/lib/phone").glob("libphone-log.so.*"))
        program = self.tree / "usr/lib/phone/phone-policy"
        folders = set()
        for answer in (1, 2):
            self.source.write_text(f"int shared(void) {{ return {answer}; }}\n")
            self.compiled(library, "-shared", "-fPIC", "-Wl,-soname," + library.name)
            self.source.write_text("int shared(void);\nint main(void) { return shared(); }\n")
            self.compiled(program, "-Wl,-rpath,$ORIGIN", library)
            packages = {file.name.split("_")[0]: file for file in self.package() if file.suffix == ".deb"}
            libraries = [name for name in packages if name.startswith("phone-libraries-")]
            self.assertEqual(len(libraries), 1)
            folder = "/usr/lib/phone/" + libraries[0].removeprefix("phone-")
            listed = run("dpkg-deb", "-c", packages[libraries[0]]).stdout
            self.assertIn(f".{folder}/{library.name}\n", listed)
            tree = self.folder / f"unpacked-{answer}"
            self.assertEqual(run("dpkg-deb", "-x", packages["phone-policy"], tree).returncode, 0)
            self.assertIn(f"[{folder}]", run("readelf", "-d", tree / "usr/lib/phone/phone-policy").stdout)
            depends = {name: run("dpkg-deb", "-f", file, "Depends").stdout for name, file in packages.items()}
            self.assertIn(libraries[0], depends["phone-policy"])
            self.assertNotIn(libraries[0], depends["phone-media"], "it links none")
            folders.add(folder)
        self.assertEqual(len(folders), 2, "two builds of one version number share no folder")

    def test_the_yocto_recipe_has_the_same_users_and_groups(self):
        recipe = (ROOT / "deploy/yocto/phonemesh_git.bb").read_text()
        table = (ROOT / "deploy/sysusers.conf").read_text()
        self.assertEqual(re.findall(r"--uid (\d+) .* (\S+); ", recipe), [(number, name) for name, number in re.findall(r"^u (\S+)\s+(\d+)", table, re.M)])
        self.assertEqual(re.findall(r"--gid (\d+) (\S+); ", recipe), [(number, name) for name, number in re.findall(r"^g (\S+)\s+(\d+)", table, re.M)])
        self.assertEqual(re.findall(r"--groups (\S+) (\S+); ", recipe), [(group, name) for name, group in re.findall(r"^m (\S+)\s+(\S+)", table, re.M)])

    def test_a_key_is_a_file(self):
        self.assertEqual(run(ROOT / "deploy/package", "--passphrase", "secret").returncode, 2)


if __name__ == "__main__":
    unittest.main()
