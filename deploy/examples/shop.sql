-- A shop in plain SQL that says what happens in it, in the transactions in which it happens. Run it on a database that
-- `martlet migrate` has prepared, as often as you like:
--
--     make psql < deploy/examples/shop.sql
--
-- The role that runs it owns the tables; unless it owns the gateway too: GRANT martlet_publisher TO it.

CREATE SCHEMA IF NOT EXISTS shop;

CREATE TABLE IF NOT EXISTS shop.products (
    id       int     PRIMARY KEY,
    title    text    NOT NULL,
    price    numeric NOT NULL,
    in_stock int     NOT NULL,
    CONSTRAINT products_are_not_sold_twice CHECK (in_stock >= 0)
);

CREATE TABLE IF NOT EXISTS shop.orders (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer   text   NOT NULL,
    product_id int    NOT NULL REFERENCES shop.products,
    count      int    NOT NULL
);

-- What the shop emits by itself, for people who choose what to subscribe to.
SELECT martlet.install_plugin('shop', '{}', '[
    {"name": "stock.low", "type": "manual", "description": "Fewer than five of a product are left"}
]');

-- Events of a table: item.products.created, .updated and .deleted for every row, whoever changes it. A sale changes
-- in_stock, which is none of these columns, so it emits nothing here.
SELECT martlet.watch('shop.products', columns => '{id, title, price}');

INSERT INTO shop.products
VALUES (1, 'Lamp', 19.90, 6),
       (2, 'Chair', 80, 100)
ON CONFLICT (id) DO UPDATE SET in_stock = excluded.in_stock;

UPDATE shop.products SET price = price + 1 WHERE id = 2;

-- An event that no row is: order.created with what the receiver needs to know, and stock.low when it is so.
CREATE OR REPLACE FUNCTION shop.sell(customer text, product_id int, count int) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    product  shop.products;
    order_id bigint;
BEGIN
    UPDATE shop.products
    SET in_stock = in_stock - sell.count
    WHERE id = sell.product_id
    RETURNING * INTO product;

    INSERT INTO shop.orders (customer, product_id, count)
    VALUES (sell.customer, sell.product_id, sell.count)
    RETURNING id INTO order_id;

    PERFORM martlet.dispatch(
        'order.created',
        json_build_object('id', order_id, 'customer', sell.customer, 'product', product.title,
                          'total', sell.count * product.price));
    IF product.in_stock < 5 THEN
        PERFORM martlet.dispatch('stock.low', json_build_object('product', product.title, 'left', product.in_stock));
    END IF;
    RETURN order_id;
END
$$;

-- Committed: the order and both events are there, or none of them.
BEGIN;
SELECT shop.sell('Ada', 1, 2);
COMMIT;

-- Rolled back: nobody hears of it.
BEGIN;
SELECT shop.sell('Bob', 2, 1);
ROLLBACK;
