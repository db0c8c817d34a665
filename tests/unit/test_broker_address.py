"""The URL of a broker."""

from pathlib import Path

import pytest

from engine.sources.address import BrokerAddress, TlsFiles


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://broker", BrokerAddress("broker", 1883)),
        ("mqtts://broker", BrokerAddress("broker", 8883, tls=True)),
        ("mqtt://u:p@127.0.0.1:1884/", BrokerAddress("127.0.0.1", 1884, False, "u", "p")),
        ("mqtt://u%40x:p%2F%3A@[::1]:1", BrokerAddress("::1", 1, False, "u@x", "p/:")),
        (
            "mqtt://u@h?client_id=a%20b",
            BrokerAddress("h", 1883, username="u", client_id="a b"),
        ),
    ],
)
def test_a_url_names_host_port_login_and_session(url: str, address: BrokerAddress) -> None:
    """Every part is read, percent-decoded, and completed by the scheme's port."""
    assert BrokerAddress.parse(url) == address


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://u:s3cret@h", "scheme 'http'"),
        ("u:s3cret@h", "scheme"),
        ("mqtt://u:s3cret@", "names no host"),
        ("mqtt://u:s3cret@h:99999", "cannot be read"),
        ("mqtt://u:s3cret@h/path", "has a path, '/path'"),
        ("mqtt://u:s3cret@h?qos=2", "parameter 'qos'"),
    ],
)
def test_a_url_that_is_not_a_brokers_is_refused(url: str, problem: str) -> None:
    """The error says what is wrong and never repeats the password."""
    with pytest.raises(ValueError, match=problem) as refused:
        BrokerAddress.parse(url)
    assert "s3cret" not in str(refused.value)


def test_an_address_shown_leaves_the_password_out() -> None:
    """Neither str nor repr tells the password."""
    address = BrokerAddress.parse("mqtts://engine:s3cret@[::1]:8884?client_id=c")
    assert str(address) == "mqtts://engine@[::1]:8884"
    assert "s3cret" not in repr(address)


def test_a_tls_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A missing CA file and a broken certificate are named in the error."""
    broken = tmp_path / "broken.pem"
    broken.write_text("not a certificate")
    for files in (TlsFiles(tmp_path / "missing.pem"), TlsFiles(broken)):
        with pytest.raises(ValueError, match=str(files.ca_file)):
            files.context()
    with pytest.raises(ValueError, match=str(broken)):
        TlsFiles(certificate_file=broken).context()
