// The second module of a program of two.

int second_calls = 20;

__attribute__((export_name("second"))) int second(int a) {
  int twice = a * 2;
  second_calls++;
  return twice + second_calls;  // second's last line
}
