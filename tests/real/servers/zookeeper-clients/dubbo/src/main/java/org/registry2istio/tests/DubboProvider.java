package org.registry2istio.tests;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.MetadataReportConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/**
 * Offers Greeter, with the group, version, weight and tag that its arguments say, and Counter without any of these, and
 * keeps them until its standard input ends. Arguments KEY=VALUE: zookeeper, application, mode (interface, instance,
 * all), metadata (local, remote), host, port, protocol (dubbo, tri), group, version, weight, tag.
 */
public class DubboProvider {
  public static void main(String[] arguments) throws Exception {
    Map<String, String> given = new HashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      given.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    String zookeeper = "zookeeper://" + given.get("zookeeper");

    ApplicationConfig application = new ApplicationConfig(given.get("application"));
    application.setRegisterMode(given.get("mode"));
    application.setMetadataType(given.getOrDefault("metadata", "local"));
    application.setQosEnable(false);
    RegistryConfig registry = new RegistryConfig(zookeeper);
    registry.setRegisterMode(given.get("mode"));
    ProtocolConfig protocol = new ProtocolConfig(given.getOrDefault("protocol", "dubbo"), Integer.parseInt(given.get("port")));
    // Where it listens is not where it says that it is.
    protocol.setHost("127.0.0.1");
    System.setProperty("DUBBO_IP_TO_REGISTRY", given.get("host"));

    ServiceConfig<Greeter> greeter = new ServiceConfig<>();
    greeter.setInterface(Greeter.class);
    greeter.setRef(name -> "Hello " + name);
    if (given.containsKey("group")) greeter.setGroup(given.get("group"));
    if (given.containsKey("version")) greeter.setVersion(given.get("version"));
    if (given.containsKey("weight")) greeter.setWeight(Integer.parseInt(given.get("weight")));
    if (given.containsKey("tag")) greeter.setTag(given.get("tag"));
    ServiceConfig<Counter> counter = new ServiceConfig<>();
    counter.setInterface(Counter.class);
    counter.setRef(() -> 1);

    DubboBootstrap bootstrap = DubboBootstrap.getInstance();
    bootstrap.application(application).registry(registry).protocol(protocol);
    if (!"interface".equals(given.get("mode"))) bootstrap.metadataReport(new MetadataReportConfig(zookeeper));
    bootstrap.service(greeter).service(counter).start();
    System.out.println("registered");
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    while (input.readLine() != null) {
      // Until the input ends.
    }
    bootstrap.stop();
    System.exit(0);
  }
}
