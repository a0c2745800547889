package org.registry2istio.tests;

public interface Greeter {
  String greet(String name);
}
