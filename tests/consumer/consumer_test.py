# SPDX-License-Identifier: MIT
"""Installs into an empty folder, then builds and runs a program that uses what is there."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = os.environ["STATEGRAD_BUILD"]
CMAKE = os.environ["STATEGRAD_CMAKE"]
SANITIZE = os.environ.get("STATEGRAD_SANITIZE", "")


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        check=False, **options
    )


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="stategrad-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.prefix = cls.folder / "prefix"
        done = run(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.program = cls.prefix / "bin" / "stategrad"

    def succeed(self, *command, **options):
        done = run(*command, **options)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def configure(self, build, *options, project=HERE / "project", **environment):
        flags = f"-fsanitize={SANITIZE}" if SANITIZE else ""
        return run(
            CMAKE, "-S", project, "-B", build, "-G", os.environ["STATEGRAD_GENERATOR"],
            f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_FLAGS={flags}", *options,
            env={**os.environ, **environment}
        )

    def train(self):
        """A small model, made by the installed program."""
        data = self.folder / "data"
        data.mkdir()
        for name in ("train", "valid", "test"):
            (data / f"{name}.txt").write_text("the cat sleeps\nwe run\na dog eats\n" * 30)
        settings = {"save_path": self.folder / "model", "data_path": data, "size": 7,
                    "embedding_size": 5, "num_steps": 6, "batch_size": 2, "max_max_epoch": 1,
                    "log_dir": self.folder / "logs"}
        (self.folder / "small.config").write_text(
            "".join(f"{key} {value}\n" for key, value in settings.items()))
        self.succeed(self.program, "train", "--config", self.folder / "small.config", "--quiet")
        return self.folder / "model"

    def test_a_program_of_another_project_computes_state_gradients(self):
        build = self.folder / "build"
        done = self.configure(build)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.succeed(CMAKE, "--build", build)
        text = self.folder / "text.txt"
        text.write_text("the cat eats\nwe sleep\n")
        lines = self.succeed(build / "consumer", self.train(), text).splitlines()
        rows = [line.split("\t") for line in lines]
        # 7 words with the ends of sentences; delay d lacks its first d positions.
        self.assertEqual([row[:2] for row in rows],
                         [["0", "7"], ["1", "6"], ["2", "5"], ["3", "4"]])
        norms = [float(row[2]) for row in rows]
        self.assertTrue(all(norm > 0 for norm in norms))
        self.assertEqual(norms, sorted(norms, reverse=True))
        self.assertEqual(run(build / "consumer", self.folder / "absent", text).returncode, 1)

    def test_a_missing_library_is_a_reason_to_refuse(self):
        missing = (
            ("fmt", "libfmt-dev", {"options": ["-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON"]}),
            ("openblas", "libopenblas-dev", {"PKG_CONFIG_LIBDIR": str(self.folder)}),
        )
        for name, package, change in missing:
            done = self.configure(
                self.folder / f"without_{name}", *change.pop("options", []), **change)
            self.assertNotEqual(done.returncode, 0)
            message = " ".join(done.stderr.split())
            self.assertIn(f"stategrad needs {name}, which was not found", message)
            self.assertIn(package, message)

    def test_another_minor_version_is_refused(self):
        project = self.folder / "future"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.22)\nproject(future LANGUAGES CXX)\n"
            "find_package(stategrad 0.999 REQUIRED)\n")
        done = self.configure(self.folder / "future_build", project=project)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("0.999", done.stderr)

    def test_only_public_headers_are_installed(self):
        root = HERE.parents[1]
        expected = {path.name for path in (root / "include" / "stategrad").glob("*.h")}
        found = {str(path.relative_to(self.prefix / "include" / "stategrad"))
                 for path in (self.prefix / "include").rglob("*.h")}
        self.assertEqual(found, expected | {"version.h"})

    def test_manual_completions_configurations_and_documents_are_there(self):
        for name in ("share/man/man1/stategrad.1", "share/man/man1/stategrad-gradients.1",
                     "share/bash-completion/completions/stategrad",
                     "share/zsh/site-functions/_stategrad",
                     "share/fish/vendor_completions.d/stategrad.fish",
                     "share/stategrad/configs/demo.config", "share/doc/stategrad/LICENSE",
                     "share/doc/stategrad/reference.md"):
            self.assertGreater((self.prefix / name).stat().st_size, 0, name)

    def test_the_package_names_no_folder_of_the_build(self):
        for path in (self.prefix / "lib").rglob("*.cmake"):
            self.assertNotIn(BUILD, path.read_text(), path)

    def test_the_program_runs_from_its_place(self):
        self.assertRegex(self.succeed(self.program, "--version"), r"^stategrad \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
