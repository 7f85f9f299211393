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


def checked(*words, **environment):
    done = run(*words, **environment)
    if done.returncode != 0:
        raise AssertionError(f"{words[0]}: {done.stderr}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One installed tree, and all packages of it, signed, for the tests that only read them."""
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        # What the programs do is not the question here: any program and any library will do.
        cls.tree = cls.folder / "tree"
        checked("cmake", "--install", BUILT, "--prefix", "/usr", "--component", "phone", DESTDIR=str(cls.tree))
        (cls.tree / "usr/lib/phone/screen").mkdir(exist_ok=True)
        (cls.tree / "usr/lib/phone/screen/index.html").touch()
        cls.source = cls.folder / "any.c"
        any_program = cls.compiled(cls.folder / "any", "int main(void) { return 0; }\n")
        for file in cls.tree.rglob("*"):
            if file.is_file() and not file.is_symlink() and file.read_bytes()[:4] == b"\x7fELF":
                file.unlink()
                shutil.copy(any_program, file)
        cls.link_policy(cls.tree, 1)
        cls.key = cls.folder / "signer.pem"
        checked("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Image signer", "-days", "2",
                "-keyout", cls.folder / "key.pem", "-out", cls.folder / "cert.pem")
        cls.key.write_text((cls.folder / "key.pem").read_text() + (cls.folder / "cert.pem").read_text())
        cls.made = cls.package("--key", cls.key)
        cls.packages = cls.by_name(cls.made)

    @classmethod
    def compiled(cls, target, text, *words):
        cls.source.write_text(text)
        checked("cc", "-o", target, cls.source, *words)
        return target

    @classmethod
    def link_policy(cls, tree, answer):
        """phone-policy with a library of the phone that gives `answer`; no other program of the tree has any."""
        library = next((tree / "usr/lib/phone").glob("libphone-log.so.*"))
        cls.compiled(library, f"int shared(void) {{ return {answer}; }}\n", "-shared", "-fPIC", "-Wl,-soname," + library.name)
        cls.compiled(tree / "usr/lib/phone/phone-policy", "int shared(void);\nint main(void) { return shared(); }\n",
                     "-Wl,-rpath,$ORIGIN", library)
        return library

    @classmethod
    def package(cls, *more, out="out", tree=None):
        checked(ROOT / "deploy/package", BUILT, cls.folder / out, "--tree", tree or cls.tree, "--signers", cls.folder / "cert.pem", *more)
        return sorted((cls.folder / out).iterdir())

    @staticmethod
    def by_name(files):
        return {file.name.split("_")[0]: file for file in files if file.suffix == ".deb"}

    @staticmethod
    def listed(package):
        """The paths of the files in a package."""
        return {line.split(None, 5)[5].removeprefix(".") for line in checked("dpkg-deb", "-c", package).splitlines()}

    def test_every_package_is_an_image_too(self):
        packages = [file for file in self.made if file.suffix == ".deb" and not file.name.startswith("phonemesh_")]
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
        common = self.packages["phone-common"]
        self.assertIn("/lib/systemd/system/phone-.service.d/10-sandbox.conf", self.listed(common))
        self.assertEqual(checked("dpkg-deb", "-f", common, "Provides").strip(), "phone-unit-sandbox")
        owners = {path: name for name, package in self.packages.items() for path in self.listed(package)}
        units = [unit.name for unit in (ROOT / "deploy/units").glob("phone-*.service")]
        self.assertGreater(len(units), 8)
        for unit in units:
            owner = owners.get(f"/lib/systemd/system/{unit}")
            self.assertIsNotNone(owner, f"no package brings {unit}")
            if owner != "phone-common":
                self.assertIn("phone-unit-sandbox", checked("dpkg-deb", "-f", self.packages[owner], "Depends").strip().split(", "), unit)

    def test_two_runs_give_the_same_octets_and_without_a_key_no_image(self):
        again = self.package(out="again")
        self.assertEqual({file.suffix for file in again}, {".deb", ".json"})
        first = [file for file in self.made if file.suffix != ".sgn"]
        self.assertEqual([file.name for file in first], [file.name for file in again])
        for one, other in zip(first, again):
            self.assertEqual(one.read_bytes(), other.read_bytes(), one.name)

    def test_a_package_made_alone_is_the_one_of_a_run_for_all(self):
        for names, expected in ((["phone-policy", "phone-lldp"], {"phone-policy", "phone-lldp", "phone-libraries"}), (["phone-common"], {"phone-common"})):
            some = self.package(*(word for name in names for word in ("--package", name)), out="some")
            self.assertEqual({re.sub(r"^(phone-libraries)-.*", r"\1", name) for name in self.by_name(some)}, expected)
            for name, file in self.by_name(some).items():
                self.assertEqual(file.read_bytes(), self.packages[name].read_bytes(), name)
            bill = json.loads((self.folder / "some/phonemesh.cdx.json").read_text())
            self.assertEqual({component["name"] for component in bill["components"] if component["type"] == "application"}, set(self.by_name(some)))

    def test_a_package_that_there_is_not_is_refused_with_those_there_are(self):
        refused = run(ROOT / "deploy/package", BUILT, self.folder / "none", "--package", "phone-gate")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no package is named 'phone-gate'; there are: phonemesh phone-common ", refused.stderr)
        self.assertFalse((self.folder / "none").exists())

    def test_the_bill_of_materials_names_each_package_and_what_it_needs(self):
        bill = json.loads((self.folder / "out/phonemesh.cdx.json").read_text())
        self.assertEqual((bill["bomFormat"], bill["specVersion"]), ("CycloneDX", "1.4"))
        components = {component["name"]: component for component in bill["components"]}
        for name, file in self.packages.items():
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
        other = self.folder / "other"
        shutil.copytree(self.tree, other, symlinks=True)
        library = self.link_policy(other, 2)
        changed = self.package("--package", "phone-policy", "--package", "phone-media", out="changed", tree=other)
        folders = set()
        for answer, packages in ((1, self.packages), (2, self.by_name(changed))):
            libraries = [name for name in packages if name.startswith("phone-libraries-")]
            self.assertEqual(len(libraries), 1)
            folder = "/usr/lib/phone/" + libraries[0].removeprefix("phone-")
            self.assertIn(f"{folder}/{library.name}", self.listed(packages[libraries[0]]))
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
