-- one row: what a place bought of a product group in the asked quarter on one side of a definition
-- answers: kg and SEK that are inside a definition of local (or organic), outside it, or we know not which
-- leaves out: places without a zone in the definition's zoning. SEK without a price count 0 and are marked
with definitions as (
  select
    definitions.definition,
    definitions.rule,
    origins.place,
    origins.origin,
    origins.grown,
    origins.processed
  from stg_local_definitions as definitions
  join int_purchase_origins as origins on origins.zoning = definitions.zoning
),

purchased as (
  select
    purchases.place,
    purchases.origin,
    purchases.product_group,
    purchases.is_organic,
    forms.step is null as is_unprocessed,
    purchases.kg,
    cast(coalesce(purchases.sek, 0) as double)
      + cast(purchases.unpriced_kg as double) * coalesce(prices.sek_per_kg, 0e0) as sek,
    purchases.unpriced_lines > 0 and prices.sek_per_kg is null as lacks_price
  from stg_purchases as purchases
  join int_quarters as quarters on quarters.quarter_index = purchases.quarter_index
  join stg_product_forms as forms
    on forms.product_group = purchases.product_group and forms.form = purchases.form
  left join int_prices as prices
    on prices.product_group = purchases.product_group and prices.form = purchases.form
  where quarters.age = 0
),

ruled as (
  select
    purchased.place,
    definitions.definition,
    definitions.rule,
    purchased.product_group,
    definitions.grown,
    case when purchased.is_unprocessed then definitions.grown else definitions.processed end as processed,
    purchased.kg,
    purchased.sek,
    purchased.lacks_price
  from purchased
  join definitions on definitions.place = purchased.place and definitions.origin = purchased.origin
),

placed as (
  select
    place,
    definition,
    product_group,
    case
      when rule = 'grown' then grown
      when rule = 'processed' then processed
      when rule = 'grown_or_processed' and 'inside' in (grown, processed) then 'inside'
      when rule = 'grown_and_processed' and 'outside' in (grown, processed) then 'outside'
      when grown = processed then grown
      else 'unknown'
    end as position,
    kg,
    sek,
    lacks_price
  from ruled
  union all
  select
    place,
    'organic' as definition,
    product_group,
    case when is_organic is null then 'unknown' when is_organic then 'inside' else 'outside' end as position,
    kg,
    sek,
    lacks_price
  from purchased
),

int_purchases_placed as (
  select
    place,
    definition,
    product_group,
    position,
    greatest(0e0, cast(sum(kg) as double)) as kg,
    greatest(0e0, sum(sek)) as sek,
    bool_or(lacks_price) as lacks_price
  from placed
  group by place, definition, product_group, position
)

select * from int_purchases_placed
