"""Makes samples/sales-2025.xlsx and samples/plan-2026.csv, the same bytes each time. Needs openpyxl.

The numbers are invented, with a story in them: the whole year grows towards the holidays, grinders grow fastest, and the South
sells more from August on, but at discounts that cost it its target.
"""

import io
import math
import random
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
PRICES = {"Espresso machine": 429.0, "Grinder": 189.0, "Kettle": 79.0, "Beans 1 kg": 24.5, "Travel press": 34.0}
REGIONS = {"North": 1.0, "East": 0.85, "South": 0.9, "West": 1.15}
ORDERS = 480
# Of the revenue that the orders come to, by region: North and West beat their targets, the South misses it.
TARGETS = {"North": 0.95, "East": 0.98, "South": 1.11, "West": 0.92}


def season(day: date) -> float:
    """A slow rise through the year and a holiday peak late in November."""
    number = day.timetuple().tm_yday
    return 0.75 + 0.5 * number / 365 + 0.9 * math.exp(-(((number - 332) / 22) ** 2))


def orders(chance: random.Random) -> list[list]:
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(365)]
    chosen = sorted(chance.choices(days, weights=[season(day) for day in days], k=ORDERS))
    rows = []
    for number, day in enumerate(chosen, start=1):
        late_south = 1.35 if day.month >= 8 else 1.0
        weights = [weight * (late_south if name == "South" else 1.0) for name, weight in REGIONS.items()]
        region = chance.choices(list(REGIONS), weights=weights)[0]
        popularity = [1.0, 0.7 + 0.9 * day.month / 12, 1.2, 2.2, 0.9]
        product = chance.choices(list(PRICES), weights=popularity)[0]
        units = max(1, round(chance.lognormvariate(math.log(1100 / PRICES[product]), 0.4)))
        if region == "South" and day.month >= 8:
            discount = chance.choice([0.15, 0.2, 0.25, 0.3])
        else:
            discount = chance.choices([0.0, 0.05, 0.1, 0.15], weights=[6, 2, 1.5, 0.5])[0]
        rows.append([f"2025-{number:04d}", day, region, product, units, PRICES[product], discount])
    return rows


def targets(rows: list[list]) -> list[list]:
    made = {(region, quarter): 0.0 for region in REGIONS for quarter in range(4)}
    for _, day, region, _, units, price, discount in rows:
        made[region, (day.month - 1) // 3] += units * price * (1 - discount)
    table = []
    for region, share in TARGETS.items():
        year = sum(made[region, quarter] for quarter in range(4)) * share
        # Targets are set before the year begins: the same plan for each region, rounded.
        table.append([region, *(round(year * part, -2) for part in (0.20, 0.22, 0.23, 0.35))])
    return table


def fill(sheet, header: list[str], rows: list[list], formats: dict[int, str], widths: list[int]) -> None:
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2F4858")
        cell.alignment = Alignment(horizontal="center")
    for column, number_format in formats.items():
        for cells in sheet.iter_rows(min_row=2, min_col=column, max_col=column):
            cells[0].number_format = number_format
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def same_each_time(content: bytes) -> bytes:
    """The workbook without the times at which it was made: in its properties and in each entry of the archive."""
    source = zipfile.ZipFile(io.BytesIO(content))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-05T08:00:00Z", data)
            entry = zipfile.ZipInfo(name, (2026, 1, 5, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return target.getvalue()


def main() -> None:
    rows = orders(random.Random(2025))
    book = Workbook()
    book.properties.creator = "Code Interpreter"
    book.properties.title = "Sales 2025"
    sales = book.active
    sales.title = "Sales"
    fill(
        sales,
        ["Order", "Date", "Region", "Product", "Units", "Unit price", "Discount"],
        rows,
        {2: "yyyy-mm-dd", 6: "#,##0.00", 7: "0%"},
        [12, 12, 10, 18, 8, 11, 10],
    )
    plan = book.create_sheet("Targets")
    fill(plan, ["Region", "Q1", "Q2", "Q3", "Q4"], targets(rows), dict.fromkeys(range(2, 6), "#,##0"), [10, 11, 11, 11, 11])
    content = io.BytesIO()
    book.save(content)
    SAMPLES.mkdir(exist_ok=True)
    (SAMPLES / "sales-2025.xlsx").write_bytes(same_each_time(content.getvalue()))
    (SAMPLES / "plan-2026.csv").write_text(
        "Region,Growth,Highest discount\nNorth,6%,10%\nEast,4%,10%\nSouth,3%,10%\nWest,8%,10%\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
