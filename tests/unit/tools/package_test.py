# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""deploy/package with a signer: every package is also an image that a phone's own rules take, and none without."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILT = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else ROOT / "build/release"


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)


class Package(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # What is in the packages is not the question here: any program of ours will do for a service.
        programs = self.folder / "build/bin"
        programs.mkdir(parents=True)
        names = [unit.stem for unit in (ROOT / "deploy/units").glob("phone-*.service")]
        for name in names + ["phone-pkcs11.so", "phone-ending", "phone-manufacture", "phonectl", "phone-install", "trustfile"]:
            shutil.copy(BUILT / "bin/trustfile", programs / name)
        self.key = self.folder / "signer.pem"
        made = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Image signer", "-days", "2",
                   "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.key.write_text((self.folder / "key.pem").read_text() + (self.folder / "cert.pem").read_text())

    def package(self, *more):
        done = run(ROOT / "deploy/package", self.folder / "build", self.folder / "out", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted((self.folder / "out").iterdir())

    def test_every_package_is_an_image_too(self):
        made = self.package("--signers", self.folder / "cert.pem", "--key", self.key)
        packages = [file for file in made if file.suffix == ".deb"]
        self.assertGreater(len(packages), 8)
        for package in packages:
            image = package.with_name(package.name + ".sgn")
            verdict = run(BUILT / "bin/trustfile", "verify", image, "--image-signers", self.folder / "cert.pem")
            self.assertEqual(verdict.returncode, 0, verdict.stderr)
            name, version, _ = package.name.split("_")
            self.assertIn(f"image {name} {version} is signed by CN=Image signer", verdict.stdout)
            tree = self.folder / "tree" / name
            tree.mkdir(parents=True)
            self.assertEqual(run("dpkg-deb", "-x", package, tree).returncode, 0)
            self.assertEqual((tree / "usr/lib/phone/versions" / name).read_text().strip(), version)
        signers = self.folder / "tree/phone-common/etc/phone/image-signers.pem"
        self.assertEqual(signers.read_text(), (self.folder / "cert.pem").read_text())

    def test_no_service_is_installed_without_the_sandbox_all_units_share(self):
        packages = {file.name.split("_")[0]: file for file in self.package()}
        common = packages["phone-common"]
        self.assertIn("./lib/systemd/system/phone-.service.d/10-sandbox.conf\n", run("dpkg-deb", "-c", common).stdout)
        self.assertEqual(run("dpkg-deb", "-f", common, "Provides").stdout.strip(), "phone-unit-sandbox")
        services = [unit.stem for unit in (ROOT / "deploy/units").glob("phone-*.service") if not unit.stem.endswith("@")]
        self.assertGreater(len(services), 8)
        for name in services:
            self.assertIn("phone-unit-sandbox", run("dpkg-deb", "-f", packages[name], "Depends").stdout.split(", "), name)

    def test_without_a_key_there_are_packages_alone(self):
        self.assertEqual({file.suffix for file in self.package()}, {".deb"})

    def test_libraries_travel_by_content(self):
        """A program finds those it was built with, whatever else of the same name and version number is installed."""
        library = self.folder / "build/bin/libphone-shared.so.0.1.0"
        program = self.folder / "build/bin/phone-policy"
        source = self.folder / "shared.c"
        folders = set()
        for answer in (1, 2):
            source.write_text(f"int shared(void) {{ return {answer}; }}\nint main(void) {{ return shared(); }}\n")
            made = run("cc", "-shared", "-fPIC", "-Wl,-soname," + library.name, "-o", library, source)
            self.assertEqual(made.returncode, 0, made.stderr)
            source.write_text("int shared(void);\nint main(void) { return shared(); }\n")
            made = run("cc", "-Wl,-rpath,$ORIGIN", "-o", program, source, library)
            self.assertEqual(made.returncode, 0, made.stderr)
            packages = {file.name.split("_")[0]: file for file in self.package()}
            libraries = [name for name in packages if name.startswith("phone-libraries-")]
            self.assertEqual(len(libraries), 1)
            folder = "/usr/lib/phone/" + libraries[0].removeprefix("phone-")
            listed = run("dpkg-deb", "-c", packages[libraries[0]]).stdout
            self.assertIn(f".{folder}/{library.name}\n", listed)
            tree = self.folder / f"tree-{answer}"
            self.assertEqual(run("dpkg-deb", "-x", packages["phone-policy"], tree).returncode, 0)
            self.assertIn(f"[{folder}]", run("readelf", "-d", tree / "usr/lib/phone/phone-policy").stdout)
            depends = {name: run("dpkg-deb", "-f", file, "Depends").stdout for name, file in packages.items()}
            self.assertIn(libraries[0], depends["phone-policy"])
            self.assertNotIn(libraries[0], depends["phone-media"], "it links none")
            folders.add(folder)
        self.assertEqual(len(folders), 2, "two builds of one version number share no folder")

    def test_a_key_is_a_file(self):
        self.assertEqual(run(ROOT / "deploy/package", "--passphrase", "secret").returncode, 2)


if __name__ == "__main__":
    unittest.main()
