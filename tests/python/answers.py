"""Values of Arrow tables in the form of `smsvoice --format json`: decimals as strings with all digits, timestamps
ISO 8601 in UTC with milliseconds, maps as objects."""

import base64
import datetime
import decimal

import pyarrow


def plain(value, kind):
    if value is None:
        return None
    if pyarrow.types.is_map(kind):
        return {key: plain(item, kind.item_type) for key, item in value}
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return "base64:" + base64.b64encode(value).decode()
    return value
