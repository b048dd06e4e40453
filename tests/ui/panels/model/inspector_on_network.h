// The inspector on a small convolutional network, for tests.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QtTest>

#include "ui/models/project_document.h"
#include "ui/panels/model/inspector.h"
#include "ui/panels/model/parameter_field.h"

namespace trainyard::test {

using namespace trainyard::ui;

struct InspectorOnNetwork {
    ProjectDocument document;
    LayerId input, conv, conv2, flatten, dense, loss;
    Inspector inspector{document};

    InspectorOnNetwork()
    {
        input = document.addLayer("input", {0, 0});
        document.setParameter({input}, "shape", std::vector<std::int64_t>{8, 8, 1});
        conv = document.addLayerBelow("conv2d", input, {0, 80});
        conv2 = document.addLayerBelow("conv2d", conv, {0, 160});
        flatten = document.addLayerBelow("flatten", conv2, {0, 240});
        dense = document.addLayerBelow("dense", flatten, {0, 320});
        loss = document.addLayerBelow("softmax_cross_entropy", dense, {0, 400});
        document.undoStack()->clear();
        inspector.resize(280, 800);
        inspector.show();
        QVERIFY(QTest::qWaitForWindowActive(&inspector));
    }

    ParameterField *field(const std::string &key) const
    {
        for (ParameterField *each : inspector.fields())
            if (each->spec().key == key)
                return each;
        return nullptr;
    }
    QLineEdit *line(const std::string &key) const { return field(key)->findChild<QLineEdit *>(); }
    QLineEdit *name() const
    {
        for (QLineEdit *each : inspector.findChildren<QLineEdit *>())
            if (each->accessibleName() == QLatin1String("Name"))
                return each;
        return nullptr;
    }
    const ParameterValue &value(LayerId id, const std::string &key) const
    {
        const Layer &layer = *document.graph().find(id);
        return settingsOf(*findLayer(layer.type), layer).value(key);
    }
    std::int64_t number(LayerId id, const std::string &key) const { return std::get<std::int64_t>(value(id, key)); }
    // Of what is to be seen.
    bool says(const QString &text) const
    {
        for (const QLabel *label : inspector.findChildren<QLabel *>())
            if (label->isVisibleTo(&inspector) && label->text().contains(text))
                return true;
        return false;
    }
    QToolButton *reset(const std::string &key) const { return field(key)->findChild<QToolButton *>(); }
    void retype(QLineEdit *line, const QString &text)
    {
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, text);
    }
};

}  // namespace trainyard::test
