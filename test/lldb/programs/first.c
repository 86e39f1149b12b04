// A module of a program of two. The other one is the same with other names and numbers.

int first_calls = 10;

__attribute__((export_name("first"))) int first(int a) {
  int twice = a * 2;
  first_calls++;
  return twice + first_calls;  // first's last line
}
