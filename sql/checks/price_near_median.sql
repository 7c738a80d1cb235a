-- one row: purchases of a place from a supplier at a price far from what others paid for the form
-- answers: where kg and SEK of the asked quarter do not fit together, or the form is the wrong one
-- leaves out: purchases without SEK and credits; a price of a fifth of the form's median to five times as much
with params (quarter, quarter_index) as (values (:quarter, :quarter_index)),

priced as (
  select
    inputs.delivery,
    rolled_purchases.place,
    rolled_purchases.supplier,
    rolled_purchases.product_group,
    rolled_purchases.form,
    cast(rolled_purchases.priced_sek as double)
      / nullif(cast(rolled_purchases.priced_kg as double), 0e0) as sek_per_kg
  from rolled_purchases
  join inputs on inputs.row_name = rolled_purchases.delivery
  join params on params.quarter_index = inputs.quarter_index
  where rolled_purchases.priced_kg > 0 and rolled_purchases.year between :first_year and :last_year
),

numbered as (
  select
    delivery, place, supplier, product_group, form, sek_per_kg,
    row_number() over (partition by product_group, form order by sek_per_kg) as number_in_order,
    count(*) over (partition by product_group, form) as prices
  from priced
),

medians as (
  select product_group, form, avg(cast(sek_per_kg as double)) as median_sek_per_kg
  from numbered
  -- the middle one, or the middle two
  where 2 * number_in_order between prices and prices + 2
  group by product_group, form
),

price_near_median as (
  select
    'warning' as severity,
    params.quarter,
    cast(null as varchar) as zoning,
    cast(null as varchar) as zone,
    numbered.place,
    numbered.product_group,
    numbered.form as item,
    numbered.supplier as actor,
    case when numbered.sek_per_kg > medians.median_sek_per_kg then 'above' else 'below' end as kind,
    numbered.sek_per_kg as found,
    medians.median_sek_per_kg as bound,
    'SEK/form kg' as unit,
    numbered.delivery
  from numbered
  join medians on medians.product_group = numbered.product_group and medians.form = numbered.form
  cross join params
  where numbered.sek_per_kg > (5e0 + 1e-9) * medians.median_sek_per_kg
    or (5e0 + 1e-9) * numbered.sek_per_kg < medians.median_sek_per_kg
)

select * from price_near_median
