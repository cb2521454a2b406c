"""The peer of `letters`: the same sheet by ReportLab, its fixed text in a form drawn once."""
import itertools
import sys

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

target, count = sys.argv[1], int(sys.argv[2])
fonts = "/usr/share/fonts/truetype"
pdfmetrics.registerFont(TTFont("Text", f"{fonts}/liberation/LiberationSans-Regular.ttf"))
pdfmetrics.registerFont(TTFont("Code", f"{fonts}/dejavu/DejaVuSansMono-Bold.ttf"))
canvas = Canvas(target, pagesize=A4, pageCompression=1)
canvas.beginForm("sheet")
canvas.setFont("Text", 10)
for line in range(22):
    canvas.drawString(20 * mm, (190 - 4.2 * line) * mm, "Vous êtes appelé(e) à voter par Internet. Votre identifiant figure dans le cadre ci-dessous.")
canvas.endForm()
for number in range(count):
    canvas.doForm("sheet")
    canvas.setFont("Text", 10)
    for line, text in enumerate(("Mme Zoé LEFÈVRE-ABCDEF", "BATIMENT A", f"{number % 180} RUE DES ÉCOLES", "59000 LILLE")):
        canvas.drawString(113 * mm, (297 - 60 - 4.2 * line) * mm, text)
    canvas.drawString(20 * mm, 195 * mm, "Madame Zoé Lefèvre-Abcdef,")
    canvas.setFont("Code", 15)
    canvas.drawString(24 * mm, 72 * mm, f"ABCD-EFGH-{number % 10000:04d}")
    code = segno.make(f"https://vote.example.org/#ABCD-EFGH-{number % 10000:04d}", error="m", boost_error=False, micro=False)
    module = 33 * mm / len(code.matrix)
    path = canvas.beginPath()
    for row, modules in enumerate(code.matrix):
        column = 0
        for dark, run in itertools.groupby(modules):
            length = len(list(run))
            if dark:
                path.rect(157 * mm + column * module, 94 * mm - (row + 1) * module, length * module, module)
            column += length
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFont("Text", 6.5)
    canvas.drawString(20 * mm, 17 * mm, f"cse-2026 – 001 – {number + 1:06d}")
    canvas.showPage()
canvas.save()
