from __future__ import annotations

from dataclasses import replace

import pytest

from infra.prices import table as prices
from operate.cost.bill import LOG_BYTES, Item, bill
from operate.cost.earlier import REST, earlier_bill
from operate.cost.inventory import Inventory
from operate.cost.memory import compare, recommended
from operate.cost.usage import Timing, Usage, billed_ms, given, slowdown

FRANKFURT = prices.price_list("eu-central-1")
VIRGINIA = prices.price_list("us-east-1")
PLAIN = Inventory(
    architecture="arm64",
    memory_mb=512,
    warm_s=0,
    web_acl_rules=0,
    catalogue_metrics=10,
    further_metrics=0,
    monitor_runs=0,
    log_readings=0,
    alarm_metrics=14,
    composite_alarms=2,
    dashboards=1,
    keys=1,
    access_logs=False,
    tracing=False,
    detailed_metrics=False,
    captured_share=0,
    captured_bytes=2000,
    captured_days=30,
)
TIMING = Timing(request_ms=10, start_ms=100, memory_mb=50, source="a test")
USAGE = Usage(requests=1_000_000, timing=TIMING)


def listed(inventory: Inventory, usage: Usage = USAGE) -> dict[str, float]:
    return {f"{item.service}, {item.name}": item.listed for item in bill(inventory, usage, FRANKFURT).items}


def test_the_arithmetic_of_a_row_is_amount_times_price_less_what_is_free() -> None:
    item = Item(service="x", name="y", amount=10, price=0.5, free=4)

    assert (item.listed, item.after_free) == (5.0, 3.0)
    assert replace(item, amount=3).after_free == 0


def test_the_function_costs_its_billed_milliseconds_and_those_of_its_starts() -> None:
    # At 512 MB a whole processor's 10 ms become 34.55, billed as 35; a start's 100 ms become 345.5, billed as 346.
    gb_seconds = (1_000_000 * 0.035 + 10_000 * 0.346) * 0.5

    assert listed(PLAIN)["Lambda, GB-s of duration"] == pytest.approx(gb_seconds * 13.3334e-6)
    assert listed(PLAIN)["Lambda, requests"] == pytest.approx(0.20)
    assert listed(PLAIN)["API Gateway, requests, REST"] == pytest.approx(3.70)


def test_batches_cost_their_invocations_and_their_transitions() -> None:
    usage = replace(USAGE, batch_lines=1_000_001)
    found = listed(replace(PLAIN, lines_of_batch=500), usage)

    assert found["Step Functions, state transitions"] == pytest.approx(2 * 2_001 * 25e-6)
    assert found["Lambda, batches"] == pytest.approx(2_001 * 0.20e-6)
    # At 512 MB a whole processor's 10 + 499 * 0.1 ms become 206.9, billed as 207.
    assert found["Lambda, GB-s of batches"] == pytest.approx(2_001 * 0.207 * 0.5 * 13.3334e-6)
    assert found["S3, GB of lines"] == pytest.approx(1.000001 * 0.0245)
    assert not [name for name in listed(PLAIN, usage) if "batches" in name or "Step Functions" in name]


def test_without_requests_only_what_is_fixed_is_paid() -> None:
    found = listed(PLAIN, Usage(requests=0, timing=TIMING, images_gb=0))

    assert {name for name, usd in found.items() if usd} == {
        "CloudWatch, metrics in alarms",
        "CloudWatch, composite alarms",
        "CloudWatch, dashboards",
        "KMS, keys",
    }


def test_each_part_that_a_stack_has_is_paid() -> None:
    full = replace(PLAIN, warm_s=7200, web_acl_rules=3, access_logs=True, tracing=True, detailed_metrics=True)
    plain, more = listed(PLAIN), listed(full)

    assert more["Lambda, kept warm"] == pytest.approx(7200 * 0.5 * 4.0118e-6)
    assert (more["WAF, web ACL"], more["WAF, rules"], more["WAF, requests"]) == pytest.approx((5, 3, 0.6))
    assert more["X-Ray, traces"] == pytest.approx(5.0)
    assert more["CloudWatch, GB of logs"] - plain["CloudWatch, GB of logs"] == pytest.approx(0.7 * 0.63)
    assert more["CloudWatch, metrics"] - plain["CloudWatch, metrics"] == pytest.approx(5 * 0.30)


def test_a_function_that_is_kept_warm_has_no_free_tier() -> None:
    def after_free(inventory: Inventory) -> float:
        return bill(inventory, USAGE, FRANKFURT).services()["Lambda"].after_free

    assert after_free(PLAIN) == 0
    assert after_free(replace(PLAIN, warm_s=1)) > 0.4


def test_the_earlier_system_cost_what_its_table_says() -> None:
    found = earlier_bill(FRANKFURT)
    by_service = {name: round(part.listed, 2) for name, part in found.services().items()}

    assert by_service == {"Lambda": 2.48, "CloudWatch": 2.93, "API Gateway": 0.24, "ECR": 0.10, "SNS": 0.00}
    assert round(found.listed, 2) == 5.75
    assert round(earlier_bill(FRANKFURT, gateway=REST).services()["API Gateway"].listed, 2) == 0.74
    assert round(earlier_bill(FRANKFURT, gateway=REST).listed, 2) == 6.25


def test_the_earlier_bill_follows_prices_and_traffic() -> None:
    assert earlier_bill(VIRGINIA).services()["API Gateway"].listed == pytest.approx(0.20)
    assert earlier_bill(FRANKFURT, 400_000).services()["Lambda"].listed == pytest.approx(
        2 * earlier_bill(FRANKFURT).services()["Lambda"].listed
    )


def test_less_memory_is_as_much_slower_and_more_than_a_processor_is_no_faster() -> None:
    assert slowdown(1769) == slowdown(3008) == 1
    assert slowdown(512) == pytest.approx(1769 / 512)
    assert (billed_ms(0.01), billed_ms(2.0), billed_ms(2.0001)) == (1, 2, 3)


@pytest.mark.parametrize("memory_mb", [128, 512, 700, 1769, 3008])
def test_a_given_duration_holds_at_its_memory(memory_mb: int) -> None:
    timing = given(30, memory_mb, TIMING)

    assert billed_ms(timing.latency_ms(memory_mb)) == 30
    assert (timing.start_ms, timing.memory_mb) == (TIMING.start_ms, TIMING.memory_mb)


def test_the_recommended_size_is_the_fastest_of_the_cheap_ones() -> None:
    sizes = compare(PLAIN, USAGE, FRANKFURT)
    by_size = {size.memory_mb: size for size in sizes}
    best = recommended(sizes)

    assert [size.memory_mb for size in sizes] == [128, 256, 512, 1024, 1769, 3008]
    assert best is not None
    assert best.memory_mb == 1769
    assert by_size[3008].function_usd > by_size[1769].function_usd
    assert all(size.total_usd > size.function_usd for size in sizes)


def test_sizes_that_are_too_small_or_start_too_slowly_are_not_recommended() -> None:
    timing = Timing(request_ms=10, start_ms=500, memory_mb=300, source="a test")
    flaws = {size.memory_mb: size.flaw for size in compare(PLAIN, replace(USAGE, timing=timing), FRANKFURT)}

    assert flaws[512] == "less than twice the 300 MB used"
    assert not flaws[1024]
    slow = replace(timing, start_ms=800, memory_mb=10)
    flaws = {size.memory_mb: size.flaw for size in compare(PLAIN, replace(USAGE, timing=slow), FRANKFURT)}
    assert flaws[1024] == "starts in more than 1000 ms"
    hopeless = replace(timing, start_ms=5000)
    assert recommended(compare(PLAIN, replace(USAGE, timing=hopeless), FRANKFURT)) is None


def test_the_size_of_the_stack_is_among_the_compared() -> None:
    assert 700 in {size.memory_mb for size in compare(replace(PLAIN, memory_mb=700), USAGE, FRANKFURT)}


def test_captured_requests_are_paid_for_in_the_log_in_the_stream_and_in_the_bucket() -> None:
    captured = replace(PLAIN, captured_share=0.1, captured_bytes=4000, captured_days=15)
    firehose = replace(FRANKFURT["s3_gb_month"], usd=0.033, unit="GB")
    known = prices.PriceList("eu-central-1", {**FRANKFURT.prices, "firehose_gb": firehose})
    rows = {f"{item.service}, {item.name}": item.listed for item in bill(captured, USAGE, known).items}
    more = {name: rows[name] for name in rows.keys() - listed(PLAIN).keys()}

    assert bill(captured, USAGE, FRANKFURT).unpriced == ("Data Firehose, GB of captured lines",)
    assert more == {
        "CloudWatch, GB of captured requests": pytest.approx(0.1 * 1_000_000 * 4000 / 1e9 * 0.63),
        "Data Firehose, GB of captured lines": pytest.approx(0.1 * 1_000_000 * 2 * 5120 / 1e9 * 0.033),
        "S3, GB of captured lines": pytest.approx(0.1 * 1_000_000 * (LOG_BYTES + 4000) / 1e9 / 2 * 0.0245),
        "S3, files": pytest.approx(30 * 24 * 4 * 0.0054 / 1000),
    }


def test_the_model_monitor_costs_its_runs_and_what_it_reads_of_the_log() -> None:
    rows = listed(replace(PLAIN, monitor_runs=120, log_readings=16))

    assert rows["Lambda, GB-s of the model monitor"] == pytest.approx(120 * 10 * 0.25 * 13.3334e-6)
    log_gb = rows["CloudWatch, GB of logs"] / 0.63
    assert rows["CloudWatch, GB of logs read by the model monitor"] == pytest.approx(16 * log_gb * 0.0063)
    assert not [name for name in listed(PLAIN) if "monitor" in name]


def test_an_item_without_a_price_is_named_and_not_in_the_sums() -> None:
    without = prices.PriceList(
        "eu-central-1", {item: each for item, each in FRANKFURT.prices.items() if item != "trace"}
    )
    found = bill(replace(PLAIN, tracing=True), USAGE, without)

    assert found.unpriced == ("X-Ray, traces",)
    assert found.listed == pytest.approx(bill(PLAIN, USAGE, FRANKFURT).listed)
    assert bill(PLAIN, USAGE, without).unpriced == ()
    assert bill(replace(PLAIN, tracing=True), USAGE, FRANKFURT).unpriced == ()
