"""What people see: sign-in, inboxes and items as plain pages that work without scripts."""

from fastapi import APIRouter, Depends

from hub.web.pages import check, inbox, item, original, signing
from hub.web.pages.page import failed, from_here

__all__ = ["failed", "router"]

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
for part in (signing.router, inbox.router, item.router, original.router, check.router):
    router.include_router(part)
