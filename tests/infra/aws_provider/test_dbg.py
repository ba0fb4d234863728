from tests.infra.aws_provider.conftest import *
from tests.infra.conftest import *
import os
C="arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
def test_dbg(terraform, account, configuration):
    s={f"inference:{k}":v for k,v in dict(sharedStorage="true",console="true",consoleUsers="ana@example.com",consoleNetworks="203.0.113.0/24",consoleDomainName="console.example.com",consoleCertificateArn=C,apiKeys="web").items()}
    terraform.write(configuration("dev", s))
    terraform.apply()
    print(terraform._run("plan","-input=false","-no-color"))
