"""What openpyxl sees of a workbook: `workbook.py FILE` prints how its sheet looks and each cell as type, value and format."""

import datetime
import json
import sys

import openpyxl

sheet = openpyxl.load_workbook(sys.argv[1]).active


def seen(cell):
    value = cell.value
    if isinstance(value, datetime.datetime):
        value = value.isoformat(timespec="milliseconds")
    return {"type": cell.data_type, "value": value, "format": cell.number_format, "quoted": cell.quotePrefix}


rows = list(sheet.iter_rows())
print(
    json.dumps(
        {
            "head": [cell.value for cell in rows[0]],
            "bold": all(cell.font.bold for cell in rows[0]),
            "frozen": sheet.freeze_panes,
            "filters": sheet.auto_filter.ref,
            "widths": {name: column.width for name, column in sheet.column_dimensions.items()},
            "rows": [[seen(cell) for cell in row] for row in rows[1:]],
        }
    )
)
