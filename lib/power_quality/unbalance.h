/* Voltage unbalance, in %. NAN where the voltages cannot be those of a three-phase supply. */
#ifndef DUTO_POWER_QUALITY_UNBALANCE_H
#define DUTO_POWER_QUALITY_UNBALANCE_H

/* The ratio of negative to positive sequence (V2/V1), from the magnitudes of the three line
 * voltages alone: with b = (Vab^4 + Vbc^4 + Vca^4) / (Vab^2 + Vbc^2 + Vca^2)^2,
 * 100 sqrt((1 - sqrt(3 - 6b)) / (1 + sqrt(3 - 6b))) (CIGRE; IEC 61000-4-30, 5.7.1). */
double unbalance_cigre(const double line_voltages[3]);

/* The phase voltage unbalance rate: the largest deviation from the mean, of the mean (IEEE Std
 * 141). Another index than the above, which it may differ from by much. */
double unbalance_rate(const double voltages[3]);

#endif
