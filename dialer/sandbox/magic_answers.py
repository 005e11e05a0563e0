"""The documented callees that are about placing: rejected, ending otherwise, answered badly."""

from dialer.calls.sentence import QT_TRANSLATE_NOOP
from dialer.sandbox.behaviour import BareNumbers, Ending, Faulty, Magic, Rejected
from dialer.sandbox.reply import Delivery, Reply, envelope

PAGE = """<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>sandbox</center></body></html>
"""

"""A gateway's error page, which anything may be hidden behind."""

REJECTED: dict[str, Magic] = {
    "9990000001": Rejected(
        "-1",
        "authentication error",
        QT_TRANSLATE_NOOP("dialer", "rejected with -1: wrong credentials"),
    ),
    "9990000002": Rejected(
        "-2",
        "ip is not allowed",
        QT_TRANSLATE_NOOP("dialer", "rejected with -2: this IP address is not allowed"),
    ),
    "9990000010": Rejected(
        "-10",
        "balance is not enough",
        QT_TRANSLATE_NOOP("dialer", "rejected with -10: the balance is too low"),
    ),
    "9990000013": Rejected(
        "-13",
        "account is locked",
        QT_TRANSLATE_NOOP("dialer", "rejected with -13: the provider account is locked"),
    ),
    "9990000015": Rejected(
        "-15",
        "request is too frequent",
        QT_TRANSLATE_NOOP("dialer", "rejected with -15: asked too often"),
    ),
    "9990000016": Rejected(
        "-16",
        "timestamp expires",
        QT_TRANSLATE_NOOP(
            "dialer", "rejected with -16: the timestamp is out of range, whatever it is"
        ),
    ),
    "9990000018": Rejected(
        "-18",
        "system error",
        QT_TRANSLATE_NOOP("dialer", "rejected with -18: the provider's system had an error"),
    ),
    "9990000022": Rejected(
        "-22",
        "parameter error",
        QT_TRANSLATE_NOOP("dialer", "rejected with -22: a parameter is wrong"),
    ),
    "9990000024": Rejected(
        "-24",
        "account does not exist",
        QT_TRANSLATE_NOOP("dialer", "rejected with -24: the account does not exist"),
    ),
    "9990000026": Rejected(
        "-26",
        "price is not set",
        QT_TRANSLATE_NOOP("dialer", "rejected with -26: no price for this destination"),
    ),
    "9990000068": Rejected(
        "-68",
        "the phone is not idle",
        QT_TRANSLATE_NOOP("dialer", "rejected with -68: your phone is not idle"),
    ),
    "9990000099": Rejected(
        "-99",
        "线路异常，请联系客服",
        QT_TRANSLATE_NOOP(
            "dialer", "rejected with -99, which nobody documented, and a reason in Chinese"
        ),
    ),
    "9990000118": Rejected(
        "-18",
        "system error",
        QT_TRANSLATE_NOOP("dialer", "rejected with -18, but the call takes place"),
        rings=True,
    ),
    "9990000199": Rejected(
        "-99",
        "unknown error",
        QT_TRANSLATE_NOOP(
            "dialer", "rejected with -99, which nobody documented, but the call takes place"
        ),
        rings=True,
    ),
}

ENDINGS: dict[str, Magic] = {
    "9990000404": Ending(
        "404", QT_TRANSLATE_NOOP("dialer", "placed; the number is not found (404)")
    ),
    "9990000480": Ending(
        "480", QT_TRANSLATE_NOOP("dialer", "placed; rings, and nobody answers (480)")
    ),
    "9990000486": Ending("486", QT_TRANSLATE_NOOP("dialer", "placed; the callee is busy (486)")),
    "9990000487": Ending(
        "487", QT_TRANSLATE_NOOP("dialer", "placed; given up while it rings (487)")
    ),
    "9990000503": Ending("503", QT_TRANSLATE_NOOP("dialer", "placed; no line to the callee (503)")),
    "9990000603": Ending("603", QT_TRANSLATE_NOOP("dialer", "placed; the callee declines (603)")),
}

ANSWERS: dict[str, Magic] = {
    "9990001001": Faulty(
        QT_TRANSLATE_NOOP("dialer", "no answer at all, but the call takes place"),
        delivery=Delivery.NEVER,
    ),
    "9990001002": Faulty(
        QT_TRANSLATE_NOOP(
            "dialer", "the connection is reset after reading, but the call takes place"
        ),
        delivery=Delivery.RESET,
    ),
    "9990001003": Faulty(
        QT_TRANSLATE_NOOP("dialer", "a gateway's HTML error page (502), and no call"),
        rings=False,
        reply=Reply(502, PAGE.encode(), "text/html"),
    ),
    "9990001004": Faulty(
        QT_TRANSLATE_NOOP("dialer", "status 0 without a recording ID, but the call takes place"),
        reply=envelope("0", "success"),
    ),
    "9990001005": Faulty(
        QT_TRANSLATE_NOOP(
            "dialer", "the answer comes at one byte a second, but the call takes place"
        ),
        delivery=Delivery.DRIPPING,
    ),
    "9990001006": BareNumbers(
        QT_TRANSLATE_NOOP("dialer", "placed; status and recording ID come as bare numbers")
    ),
    "9990001007": Faulty(
        QT_TRANSLATE_NOOP("dialer", "a redirect (307), and no call"),
        rings=False,
        # To where nothing is: whoever follows it is seen to have done so.
        reply=Reply(307, headers=(("Location", "/elsewhere/voice/sendSip"),)),
    ),
    "9990001008": Faulty(
        QT_TRANSLATE_NOOP("dialer", "an empty answer, but the call takes place"),
        reply=Reply(200),
    ),
    "9990001009": Faulty(
        QT_TRANSLATE_NOOP("dialer", "the answer is cut off, but the call takes place"),
        delivery=Delivery.CUT_OFF,
    ),
    "9990001010": Faulty(
        QT_TRANSLATE_NOOP(
            "dialer", "the connection is reset after reading, and the call is taken twice"
        ),
        delivery=Delivery.RESET,
        taken=2,
    ),
}
