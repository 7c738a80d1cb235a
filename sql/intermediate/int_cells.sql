-- one row: a cell: a product group in a zone of a zoning with gaps
-- answers: by which number the models name it, so that they need not carry three codes
-- leaves out: zonings without gaps
with zones as (
  select distinct zoning, zone
  from int_place_zones
  where has_gaps
),

int_cells as (
  select
    row_number() over (order by zones.zoning, zones.zone, products.product_group) as cell,
    zones.zoning,
    zones.zone,
    products.product_group
  from zones
  cross join stg_product_groups as products
)

select * from int_cells
