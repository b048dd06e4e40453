#!/usr/bin/env python3
"""Proves that check_architecture.py finds what it is there to find: small trees, each with one thing wrong."""
import json
import pathlib
import tempfile
import unittest

import check_architecture

RULES = json.loads(check_architecture.RULES.read_text())


class Violations(unittest.TestCase):
    def check(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return [violation[2] for violation in check_architecture.check(pathlib.Path(folder), RULES)]

    def assertFound(self, name, text, words):
        found = self.check(name, text)
        self.assertTrue(any(words in one for one in found), f"{name}: {found}")

    def assertClean(self, name, text):
        self.assertEqual(self.check(name, text), [])

    def testAnIncludeUpwardsIsFound(self):
        self.assertFound("engine/ops/a.cpp", '#include "engine/graph/graph.h"\n', "may not include")
        self.assertFound("engine/storage/a.cpp", '#include "engine/tensor/tensor.h"\n', "may not include")
        self.assertFound("engine/base/a.h", '#include "ui/theme/theme.h"\n', "may not include")
        self.assertFound("ui/theme/a.cpp", '#include "ui/shell/main_window.h"\n', "may not include")
        self.assertFound("ui/canvas/a.cpp", '#include "ui/charts/curve_chart.h"\n', "may not include")

    def testAnIncludeDownwardsIsFine(self):
        self.assertClean("engine/graph/a.cpp", '#include "engine/graph/graph.h"\n#include "engine/layers/layer_spec.h"\n')
        self.assertClean("ui/panels/data/a.cpp", '#include "ui/panels/data/b.h"\n#include "ui/models/c.h"\n')

    def testABackendStaysAlone(self):
        self.assertFound("engine/backends/cuda/a.cpp", '#include "engine/backends/cpu/step.h"\n', "may not include")
        self.assertFound("engine/backends/cpu/a.cpp", '#include "engine/layers/layer_spec.h"\n', "may not include")
        self.assertFound("engine/backends/cpu/a.cpp", '#include "engine/graph/graph.h"\n', "may not include")
        self.assertFound("engine/train/a.cpp", '#include "engine/backends/cpu/step.h"\n', "may not include")

    def testTheWindowSeesNoInsides(self):
        self.assertFound("ui/bridge/a.cpp", '#include "engine/storage/sqlite.h"\n', "may not include")
        self.assertFound("ui/panels/a.cpp", '#include "engine/ops/ir.h"\n', "may not include")
        self.assertFound("ui/bridge/a.cpp", '#include "engine/backends/cpu/machine.h"\n', "may not include")

    def testQtInTheEngineIsFound(self):
        self.assertFound("engine/base/a.cpp", "#include <QString>\n", "no Qt")
        self.assertFound("app/cli/a.cpp", "#include <QtCore/QString>\n", "no Qt")
        self.assertClean("ui/models/a.cpp", "#include <QString>\n")

    def testAFolderWithoutARowIsFound(self):
        self.assertFound("engine/magic/a.cpp", "int a;\n", "no row")

    def testBannedCallsAreFound(self):
        for call in ("QCoreApplication::processEvents();", "connect(a, b, c, d, Qt::BlockingQueuedConnection);",
                     "process.waitForFinished();", "QThread::msleep(5);", "std::this_thread::sleep_for(1s);"):
            self.assertFound("ui/bridge/a.cpp", call + "\n", "window's thread")
            self.assertFound("app/desktop/main.cpp", call + "\n", "window's thread")
        self.assertClean("engine/telemetry/a.cpp", "std::this_thread::sleep_for(1s);\n")

    def testColoursOutsideTheThemeAreFound(self):
        for colour in ('QColor("#3366ff")', "QColor(12, 13, 14)", "Qt::red", "label->setStyleSheet(\"color: #ff0000\");"):
            self.assertFound("ui/charts/a.cpp", colour + "\n", "ui/theme")
        self.assertClean("ui/theme/a.cpp", 'QColor("#3366ff")\n')

    def testALongFileIsFound(self):
        self.assertFound("engine/base/a.cpp", "int a;\n" * 601, "are the limit")
        self.assertClean("engine/base/a.cpp", "// a\n" * 600)

    def testAPathOfOneMachineIsFound(self):
        self.assertFound("README.md", "Look in /home/" + "someone/project.\n", "one machine")

    def testAStrangeFileAtTheTopIsFound(self):
        self.assertFound("notes.txt", "a\n", "top level")


if __name__ == "__main__":
    unittest.main()
