# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""Loads a script of tools/ that has no .py at the end of its name."""

import importlib.machinery
import importlib.util
import pathlib

TOOLS = pathlib.Path(__file__).resolve().parents[3] / "tools"


def load(name):
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(TOOLS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
