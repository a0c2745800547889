package org.registry2istio.tests;

public interface Counter {
  int next();
}
