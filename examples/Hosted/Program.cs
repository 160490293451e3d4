using Cairn.Examples.Hosted;
using Cairn.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Options come from appsettings.json beside the program, the environment (Cairn__Location) and the command line (--Cairn:Location).
HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });

builder.Services.AddCairn(builder.Configuration.GetSection("Cairn")).AddContracts();
builder.Services.AddHealthChecks().AddCairn();
builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<Worker>(services, builder.Configuration.GetValue("Blocks", defaultValue: 5)));

using IHost host = builder.Build();
await host.RunAsync();
