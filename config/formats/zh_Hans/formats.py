"""Days as Chinese writes them: 2027 年 3 月 1 日; numbers in groups of three, as in data: 9,000."""

# A number and its unit stay on one line.
DATE_FORMAT = "Y\xa0年 n\xa0月 j\xa0日"
DATETIME_FORMAT = "Y\xa0年 n\xa0月 j\xa0日 H:i"
SHORT_DATE_FORMAT = "Y-m-d"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
MONTH_DAY_FORMAT = "n\xa0月 j\xa0日"
TIME_FORMAT = "H:i"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
