"""A hook of Schemathesis: the key that asks, whose id is OWN_KEY, is neither rotated nor revoked. Every other id goes out as it was made."""

import os, schemathesis

OWN = int(os.environ["OWN_KEY"])


@schemathesis.hook
def before_call(context, case, kwargs):
    if "/keys/{id}" not in case.path:
        return
    try:
        is_own = int(str(case.path_parameters["id"])) == OWN
    except (KeyError, TypeError, ValueError):
        return
    if is_own:
        case.path_parameters["id"] = 0
