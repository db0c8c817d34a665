"""Who acts. Until there is access control this is claimed in a header, not proved."""

from typing import Annotated, Final

from fastapi import Depends, Header

LOCAL: Final = "local"
"""Who acts when nobody says."""


def acting(
    operator: Annotated[
        str | None,
        Header(
            alias="Ringfence-Operator",
            pattern=r"^[A-Za-z0-9._:@-]{1,64}$",
            description="Who acts, as claimed: 1 to 64 letters, digits and . _ : @ -. It is noted "
            "as `local/NAME`; without it, `local`.",
            examples=["kim"],
        ),
    ] = None,
) -> str:
    """Return the actor of a request, as it is recorded."""
    return LOCAL if operator is None else f"{LOCAL}/{operator}"


Actor = Annotated[str, Depends(acting)]
"""Parameter of a route that records who acts."""
