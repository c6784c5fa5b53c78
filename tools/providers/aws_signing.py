"""Sign a read for AWS (Signature Version 4), with credentials found the way AWS' own tools find them.

The credentials are botocore's affair: keys that the operator gave, else its usual chain (environment, shared files
and profiles, the role of a container or an instance), which may ask AWS' token service or the instance's metadata.
What is signed leaves through our one client and its gate. It knows no service and no operation.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import httpx2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from tools.tool import Unavailable

_SIGNED = ("content-type", "x-amz-target")


@dataclass(frozen=True, slots=True)
class AwsIdentity:
    """Who asks: keys, or a *profile* of the shared files, or nothing for botocore's usual chain."""

    profile: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)


class AwsSignature(httpx2.Auth):
    """Puts the signature of *identity* on each request, anew for each try."""

    requires_request_body = True

    def __init__(self, name: str, identity: AwsIdentity, service: str, region: str) -> None:
        """Sign for *service* ("logs") in *region*; *name* is the source for people. Nothing is looked up yet."""
        self._name = name
        self._identity = identity
        self._service = service
        self._region = region
        self._found: Credentials | None = None

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Sign *request*. Raises `Unavailable` when there are no credentials."""
        body = await request.aread()
        keys = await asyncio.to_thread(self._keys)  # a role's keys are fetched and renewed over the network
        told = {name: request.headers[name] for name in _SIGNED if name in request.headers}
        signed = AWSRequest(request.method, str(request.url), headers=told, data=body)
        SigV4Auth(keys, self._service, self._region).add_auth(signed)
        for name in ("Authorization", "X-Amz-Date", "X-Amz-Security-Token"):
            if name in signed.headers:
                request.headers[name] = signed.headers[name]
        yield request

    def _keys(self) -> ReadOnlyCredentials:
        try:
            if self._found is None:
                self._found = self._looked_up()
            return self._found.get_frozen_credentials()
        except BotoCoreError as problem:  # its text may name files and addresses, never keys
            raise Unavailable(f"{self._name}: no AWS credentials ({type(problem).__name__})") from problem

    def _looked_up(self) -> Credentials:
        given = self._identity
        if given.access_key:
            return Credentials(given.access_key, given.secret_key, given.session_token or None)
        found = Session(profile=given.profile or None).get_credentials()
        if found is None:
            raise Unavailable(f"{self._name}: no AWS credentials were found")
        return found
