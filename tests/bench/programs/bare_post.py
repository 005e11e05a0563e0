"""The floor of a call: `requests.post` over a new TLS connection, nothing else.

Prints when each request was begun (time.monotonic), as a JSON list.
"""

import json
import sys
import time

import requests

url, authority, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
begun = []
for number in range(count):
    body = {"callee": f"4420794601{number:02d}", "account": "bench_001", "appId": "app"}
    begun.append(time.monotonic())
    requests.post(url, json=body, verify=authority, timeout=10)
    time.sleep(0.05)
print(json.dumps(begun))
