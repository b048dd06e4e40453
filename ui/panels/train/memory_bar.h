// Parts of a whole side by side, each as wide as its share.
#pragma once

#include <vector>

#include <QWidget>

namespace trainyard::ui {

class MemoryBar : public QWidget
{
    Q_OBJECT
public:
    explicit MemoryBar(QWidget *parent = nullptr);

    struct Part {
        int slot = 0;  // Theme::curveColor()
        double size = 0;
    };
    void setParts(std::vector<Part> parts);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::vector<Part> m_parts;
};

}  // namespace trainyard::ui
