#include "power_quality/unbalance.h"

#include <math.h>

double unbalance_cigre(const double line_voltages[3])
{
	double squares = 0, fourths = 0;
	for (int i = 0; i < 3; i++) {
		double square = line_voltages[i] * line_voltages[i];
		squares += square;
		fourths += square * square;
	}
	double root = sqrt(3 - 6 * fourths / (squares * squares)); /* NAN: no triangle */
	return 100 * sqrt(fmax(0, 1 - root) / (1 + root));
}

double unbalance_rate(const double voltages[3])
{
	double mean = (voltages[0] + voltages[1] + voltages[2]) / 3, largest = 0;
	for (int i = 0; i < 3; i++)
		largest = fmax(largest, fabs(voltages[i] - mean));
	return mean > 0 ? 100 * largest / mean : NAN;
}
