from fastapi.testclient import TestClient


def test_a_place_is_found_by_its_name(client: TestClient) -> None:
    items = client.get("/v1/places", params={"q": "bilbao"}).json()["items"]
    assert items[0]["id"] == "gn:3128026"
