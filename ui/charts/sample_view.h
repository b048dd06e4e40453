// What a network wrote at the steps of a run: one sample, with the prompt apart, and a slider to the earlier ones. While the
// newest is shown, a newer one takes its place.
#pragma once

#include <vector>

#include <QWidget>

#include "ui/models/sample_text.h"

class QLabel;
class QSlider;
class QTextEdit;

namespace trainyard::ui {

class SampleView : public QWidget
{
    Q_OBJECT
public:
    explicit SampleView(QWidget *parent = nullptr);

    void setSamples(std::vector<ShownSample> samples);
    void append(ShownSample sample);
    void setEmptyText(const QString &text);
    int shown() const;  // its place among the samples; -1: none

private:
    void showAt(int index);
    void updateRange(bool follow);

    std::vector<ShownSample> m_samples;
    QTextEdit *m_text;
    QSlider *m_slider;
    QLabel *m_caption, *m_settings;
};

}  // namespace trainyard::ui
