-- one row: a product group in a zone in one of the four quarters of the year, in one case
-- answers: what is left of seven quarters' offers, and of their whole output, after purchases and processing
-- leaves out: the quarter's own offer. Raw kg, losses in store taken off
with changes as (
  select
    quarters.quarter_index,
    quarters.age,
    quarters.cell,
    quarters.scenario,
    case when 1e0 - groups.quarterly_storage_loss < 0.05e0 then 0e0 else 1e0 - groups.quarterly_storage_loss end as keep,
    quarters.supply_kg - quarters.local_kg - quarters.processable_kg as offered,
    quarters.produced_kg - quarters.local_kg - quarters.processable_kg as grown
  from int_zone_quarters as quarters
  join int_cells as cells on cells.cell = quarters.cell
  join stg_product_groups as groups on groups.product_group = cells.product_group
),

histories as (
  select
    quarter_index, age, cell, scenario, keep,
    lag(offered, 1, 0e0) over (partition by cell, scenario order by quarter_index) as offered_1,
    lag(offered, 2, 0e0) over (partition by cell, scenario order by quarter_index) as offered_2,
    lag(offered, 3, 0e0) over (partition by cell, scenario order by quarter_index) as offered_3,
    lag(offered, 4, 0e0) over (partition by cell, scenario order by quarter_index) as offered_4,
    lag(offered, 5, 0e0) over (partition by cell, scenario order by quarter_index) as offered_5,
    lag(offered, 6, 0e0) over (partition by cell, scenario order by quarter_index) as offered_6,
    lag(offered, 7, 0e0) over (partition by cell, scenario order by quarter_index) as offered_7,
    lag(grown, 1, 0e0) over (partition by cell, scenario order by quarter_index) as grown_1,
    lag(grown, 2, 0e0) over (partition by cell, scenario order by quarter_index) as grown_2,
    lag(grown, 3, 0e0) over (partition by cell, scenario order by quarter_index) as grown_3,
    lag(grown, 4, 0e0) over (partition by cell, scenario order by quarter_index) as grown_4,
    lag(grown, 5, 0e0) over (partition by cell, scenario order by quarter_index) as grown_5,
    lag(grown, 6, 0e0) over (partition by cell, scenario order by quarter_index) as grown_6,
    lag(grown, 7, 0e0) over (partition by cell, scenario order by quarter_index) as grown_7
  from changes
),

int_zone_stocks as (
  select
    quarter_index,
    cell,
    scenario,
    -- from the quarter before back to the seventh: what came in and went out, and what was kept until then
    keep * greatest(0e0, offered_1
      + keep * greatest(0e0, offered_2
      + keep * greatest(0e0, offered_3
      + keep * greatest(0e0, offered_4
      + keep * greatest(0e0, offered_5
      + keep * greatest(0e0, offered_6
      + keep * greatest(0e0, offered_7))))))) as offered_stock_kg,
    keep * greatest(0e0, grown_1
      + keep * greatest(0e0, grown_2
      + keep * greatest(0e0, grown_3
      + keep * greatest(0e0, grown_4
      + keep * greatest(0e0, grown_5
      + keep * greatest(0e0, grown_6
      + keep * greatest(0e0, grown_7))))))) as grown_stock_kg
  from histories
  where age < 4
)

select * from int_zone_stocks
