#include "csv/title.h"

#include "tap.h"

static void named(const char *title, const char *expected)
{
	struct buffer name = { 0 };
	title_name(&name, str(title));
	buffer_add_char(&name, '\0');
	is_str((const char *)name.data, expected, title);
	buffer_free(&name);
}

static void split(const char *title, const char *rest, const char *unit)
{
	struct str r, u = title_unit(str(title), &r);
	ok(str_eq(r, str(rest)) && str_eq(u, str(unit)), "\"%s\" is \"%s\" in \"%s\"", title, rest,
		unit);
}

static void test_names(void)
{
	named("UDI", "udi");
	named("Product ID", "product_id");
	named("Air temperature", "air_temperature");
	named("  --Tool/wear  (max) ", "tool_wear_max");
	named("activePower", "active_power");
	named("HTTPServer", "http_server");
	named("ActivePowerL1N", "active_power_l1n");
	named("Energy kWh", "energy_kwh");
	named("active_power_kW", "active_power_kw");
	named("pH", "ph");
	named("Pot\xc3\xaancia ativa m\xc3\xa9"
	      "dia",
		"potencia_ativa_media");
	named("Consumo m\xc2\xb3", "consumo_m3");
	named("\xc3\x89NERGIA a\xc3\xa7\xc3\xa3o", "energia_acao");
	named("\xc5\xb9r\xc3\xb3"
	      "d\xc5\x82o",
		"zrodlo");
	named("\xe6\xb8\xa9\xe5\xba\xa6 1", "\xe6\xb8\xa9\xe5\xba\xa6_1");
	named("Temp\xe9rature", "temp_rature");
	named("\xe2\x82\xac \xc2\xb0", "");
	named("\xe6\xb8", "");
}

static void test_units(void)
{
	split("Air temperature [K]", "Air temperature", "K");
	split(" Torque [Nm] ", "Torque", "Nm");
	split("Voltage (V)", "Voltage", "V");
	split("Energy (kWh)", "Energy", "kWh");
	split("Flow (m3/h)", "Flow", "m3/h");
	split("Heat (W/m^2)", "Heat", "W/m^2");
	split("Temperature (\xc2\xb0"
	      "C)",
		"Temperature",
		"\xc2\xb0"
		"C");
	split("Load (%)", "Load", "%");
	split("Count (total)", "Count (total)", "");
	split("Phase (3)", "Phase (3)", "");
	split("x ()", "x ()", "");
	split("x []", "x", "");
	split("[K]", "", "K");
	split("K]", "K]", "");
	split("", "", "");
}

static void test_read(void)
{
	struct str row[] = { STR("Power [kW]"), STR("power"), STR("[K]"), STR(""), STR("Power 2"),
		STR("POWER") };
	struct title *t = title_read(row, 6);
	static const char *const names[] = { "power", "power_2", "column_3", "column_4",
		"power_2_2", "power_3" };
	for (size_t i = 0; i < 6; i++)
		ok(str_eq(t[i].name, str(names[i])), "title %zu is named %s", i + 1, names[i]);
	ok(str_eq(t[0].unit, STR("kW")) && str_eq(t[0].label, STR("Power")), "its unit and label");
	ok(str_eq(t[2].unit, STR("K")) && t[1].unit.len == 0, "units of the others");
	free(t);
}

int main(void)
{
	test_names();
	test_units();
	test_read();
	return done();
}
