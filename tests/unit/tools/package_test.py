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

    def test_without_a_key_there_are_packages_alone(self):
        self.assertEqual({file.suffix for file in self.package()}, {".deb"})

    def test_a_key_is_a_file(self):
        self.assertEqual(run(ROOT / "deploy/package", "--passphrase", "secret").returncode, 2)


if __name__ == "__main__":
    unittest.main()
